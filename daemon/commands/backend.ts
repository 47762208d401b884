import { parseArgs } from 'node:util';
import { Backend } from '../backend/backend.ts';
import type { ListenAt } from '../backend/http/backend-server.ts';
import { systemClock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes } from '../base/ids.ts';
import { humanLogger } from '../base/logger.ts';
import type { Command, CommandIo } from './command.ts';
import { printAudit } from './backend/audit.ts';
import { createKey } from './backend/create-key.ts';
import { listKeys } from './backend/list-keys.ts';
import { revokeKey } from './backend/revoke-key.ts';
import { revokeSigningKey } from './backend/revoke-signing-key.ts';
import { rotateKey } from './backend/rotate-key.ts';
import { printSigningKeys } from './backend/signing-keys.ts';
import { openBackendConfig, openConfig } from './config-file.ts';

const options = {
  config: { type: 'string' },
  dir: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  name: { type: 'string' },
  uuid: { type: 'string' },
  role: { type: 'string' },
  door: { type: 'string' },
  limit: { type: 'string' },
  since: { type: 'string' },
  json: { type: 'boolean' },
  lead: { type: 'string' },
  'take-over': { type: 'boolean' },
  yes: { type: 'boolean' },
  principal: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const DEFAULT_PORT = 8471;

export const backendCommand: Command = {
  name: 'backend',
  summary: 'Runs a backend of its own: issues codes and answers for them',
  help: `Usage: postern backend [serve]    (--config FILE | --dir DIR) [--host HOST] [--port PORT]
       postern backend add-door   (--config FILE | --dir DIR) --name NAME [--uuid UUID]
       postern backend root-keys  (--config FILE | --dir DIR)
       postern backend create-key (--config FILE | --dir DIR) --role admin|issuer|door|reader [--name NAME] [--door UUID] [--limit N]
       postern backend list-keys  (--config FILE | --dir DIR) [--json]
       postern backend revoke-key (--config FILE | --dir DIR) ID…
       postern backend audit      (--config FILE | --dir DIR) [--since WHEN] [--json]
       postern backend signing-keys       (--config FILE | --dir DIR) [--json]
       postern backend rotate-key         (--config FILE | --dir DIR) token|list [--lead DURATION]
       postern backend rotate-key         (--config FILE | --dir DIR) root [--take-over] [--yes]
       postern backend revoke-signing-key (--config FILE | --dir DIR) ID [--yes]

serve runs the backend until it is interrupted; its folder is made, with new keys, when it is not there.
add-door makes a door known and prints its RUUID. create-key prints an API key, this once: put it into a file only its
owner may read. root-keys prints what belongs into a door's access.rootKeysFile. All but serve work beside a running one,
which follows at once.

An API key has a role: admin may do everything, issuer issues and revokes codes, reader looks at lists and events, door is for
a door's daemon. revoke-key ends keys for good. audit prints who issued, revoked, unlocked and fetched what.

Codes and lists are signed. rotate-key brings in a new key, which doors learn of by the key set they fetch; codes of the old
one stay good. revoke-signing-key is for a key that was stolen: nothing it signed counts any longer. rotate-key root
announces a further root, and with --take-over it signs from then on. No door needs a visit for any of these.

With a tls section in its config the backend speaks HTTPS; new files are taken up while it runs, on SIGHUP at once. With
tls.clientCaFile a door may show a certificate instead of an API key. To sign one with openssl (RUUID is the door's):
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout door.key -out door.csr -subj /CN=door
  printf 'subjectAltName=URI:urn:postern:door:RUUID\\nextendedKeyUsage=clientAuth\\n' > door.ext
  openssl x509 -req -in door.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile door.ext -out door.pem

  --config FILE   the backend's config (see config/backend-example.yaml), or a door's with an embeddedBackend section
  --dir DIR       folder of the backend's database and keys
  --host HOST     address to listen on; without TLS of this machine only (default: 127.0.0.1)
  --port PORT     port to listen on; 0 takes a free one (default: ${DEFAULT_PORT})
  --role ROLE     what an API key may do: admin, issuer, door or reader
  --name NAME     of a door, or of an API key in the audit log
  --door UUID     the one door a door's key speaks for (default: any)
  --limit N       requests a minute for this key (default: admin and issuer 12000, door 6000, reader 3000)
  --since WHEN    from then on: 90s, 30m, 24h or 7d ago, or a moment as 2026-03-02T09:00:00Z (default: 24h)
  --lead DURATION how long before it signs a new key is published; longer than doors' access.pollS (default: 15m)
  --principal P   on whose behalf, for the audit log
  --yes           does not ask
  --json          one line of JSON each

Exit codes: 0 done, or stopped by SIGINT or SIGTERM; 1 there is no such key, or nothing in the audit log; 2 wrong usage or a failing environment.
`,
  async run(args, io) {
    const { values, positionals: [verb = 'serve', ...extra] } = parseArgs({ args, allowPositionals: true, options });
    if (extra.length > 0 && !TAKES_NAMES.has(verb)) throw new PosternError('usage', `"${extra[0]}" is too much. See postern backend --help.`);
    const place = placeOf(values);
    const log = humanLogger(process.stderr, 'info');
    const backend = await Backend.open({ dir: place.dir, clock: systemClock, log, ...(place.maxTokenDays !== undefined && { maxTokenDays: place.maxTokenDays }) });
    try {
      return await perform(verb, backend, place, values, io, extra) ?? 0;
    } finally {
      await backend.close();
    }
  },
};

/** Verbs that take more words than options. */
const TAKES_NAMES = new Set(['revoke-key', 'rotate-key', 'revoke-signing-key']);

interface Place extends ListenAt {
  dir: string;
  maxTokenDays?: number;
}

function placeOf(values: Values): Place {
  const port = values.port === undefined ? undefined : portOf(values.port);
  if (values.dir !== undefined) return { dir: values.dir, host: values.host ?? '127.0.0.1', port: port ?? DEFAULT_PORT };
  if (values.config === undefined) throw new PosternError('usage', 'Say where the backend keeps its database: --dir DIR or --config FILE.');
  const own = openBackendConfig(values.config);
  if (own) return { ...own, host: values.host ?? own.host, port: port ?? own.port };
  const { embeddedBackend, access: { maxTokenDays } } = openConfig(values.config);
  if (!embeddedBackend) throw new PosternError('usage', `The config ${values.config} has no embeddedBackend section. Add one or pass --dir.`);
  return { dir: embeddedBackend.dir, maxTokenDays, host: values.host ?? embeddedBackend.host, port: port ?? embeddedBackend.port };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new PosternError('usage', '--port takes a number from 0 to 65535.');
  return port;
}

/** Resolves to the exit code where it is not 0. */
async function perform(verb: string, backend: Backend, place: Place, values: Values, io: CommandIo, names: string[]): Promise<number | void> {
  const { out } = io;
  switch (verb) {
    case 'serve': return serve(backend, place, out);
    case 'add-door': return void out.write(`${addDoor(backend, values)}\n`);
    case 'create-key': return void out.write(`${createKey(backend, values)}\n`);
    case 'root-keys': return void out.write(backend.rootPublicKeys().map((key) => `${Buffer.from(key).toString('base64url')}\n`).join(''));
    case 'list-keys': return listKeys(backend, values, io);
    case 'revoke-key': return revokeKey(backend, names, values, io);
    case 'audit': return printAudit(backend, values, systemClock.wallMs(), io);
    case 'signing-keys': return printSigningKeys(backend, values, io);
    case 'rotate-key': return await rotateKey(backend, names, values, io);
    case 'revoke-signing-key': return await revokeSigningKey(backend, names, values, io);
    default: throw new PosternError('usage', `There is no "postern backend ${verb}". There are: serve, add-door, create-key, root-keys, list-keys, revoke-key, audit, signing-keys, rotate-key, revoke-signing-key.`);
  }
}

async function serve(backend: Backend, place: Place, out: NodeJS.WritableStream): Promise<void> {
  const { url } = await backend.listen(place);
  out.write(`The backend answers at ${url}. Its folder: ${place.dir}\n`);
  const reload = (): void => backend.reloadTls();
  process.on('SIGHUP', reload);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.off('SIGHUP', reload);
}

function addDoor(backend: Backend, { name, uuid }: Values): string {
  if (name === undefined) throw new PosternError('usage', 'Give the door a name: --name "Front door".');
  const bytes = uuid === undefined ? systemRandom(16) : uuidBytes(uuid);
  if (!bytes) throw new PosternError('usage', '--uuid takes an RUUID (22 characters) or a UUID (36 characters).');
  backend.addDoor({ uuid: ruuidOf(bytes), name });
  return ruuidOf(bytes);
}
