import { parseArgs } from 'node:util';
import { Backend } from '../backend/backend.ts';
import { systemClock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes } from '../base/ids.ts';
import { humanLogger } from '../base/logger.ts';
import { exportEvents } from './backend/export-events.ts';
import type { Command, CommandIo } from './command.ts';
import { openConfig } from './config-file.ts';
import { reportSettings } from './report-settings.ts';

const options = {
  config: { type: 'string' },
  dir: { type: 'string' },
  host: { type: 'string' },
  port: { type: 'string' },
  name: { type: 'string' },
  uuid: { type: 'string' },
  role: { type: 'string' },
  format: { type: 'string' },
  since: { type: 'string' },
  out: { type: 'string' },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const DEFAULT_PORT = 8471;

export const backendCommand: Command = {
  name: 'backend',
  summary: 'Runs a backend of its own: issues codes and answers for them',
  help: `Usage: postern backend [serve]    (--config FILE | --dir DIR) [--host HOST] [--port PORT]
       postern backend add-door   (--config FILE | --dir DIR) --name NAME [--uuid UUID]
       postern backend create-key (--config FILE | --dir DIR) --role admin|door [--name NAME]
       postern backend root-keys  (--config FILE | --dir DIR)
       postern backend export-events (--config FILE | --dir DIR) --format csv|jsonl [--since WHEN] [--out FILE]

serve runs the backend until it is interrupted; its folder is made, with new keys, when it is not there.
add-door makes a door known and prints its RUUID. create-key prints an API key, this once: put it into a file only its
owner may read. root-keys prints what belongs into a door's access.rootKeysFile. export-events writes what doors reported,
the oldest first. These four work beside a running one.

  --config FILE   config with an embeddedBackend section: its folder, host and port
  --dir DIR       folder of the backend's database and keys
  --host HOST     address to listen on, of this machine only (default: 127.0.0.1)
  --format FORMAT csv for spreadsheets, or jsonl (JSON lines) for programs
  --since WHEN    from then on: 90s, 30m, 24h or 7d ago, or a moment as 2026-03-02T09:00:00Z (default: all)
  --out FILE      file for the events, which hold names (default: standard output)
  --port PORT     port to listen on; 0 takes a free one (default: ${DEFAULT_PORT})

Exit codes: 0 done, or stopped by SIGINT or SIGTERM; 2 wrong usage or a failing environment.
`,
  async run(args, io) {
    const { values, positionals: [verb = 'serve', ...extra] } = parseArgs({ args, allowPositionals: true, options });
    if (extra.length > 0) throw new PosternError('usage', `"${extra[0]}" is too much. See postern backend --help.`);
    const place = placeOf(values);
    const log = humanLogger(process.stderr, 'info');
    const backend = await Backend.open({ dir: place.dir, clock: systemClock, log, ...reportSettings() });
    try {
      await perform(verb, backend, place, values, io);
    } finally {
      await backend.close();
    }
    return 0;
  },
};

interface Place {
  dir: string;
  host: string;
  port: number;
}

function placeOf(values: Values): Place {
  const port = values.port === undefined ? undefined : portOf(values.port);
  if (values.dir !== undefined) return { dir: values.dir, host: values.host ?? '127.0.0.1', port: port ?? DEFAULT_PORT };
  if (values.config === undefined) throw new PosternError('usage', 'Say where the backend keeps its database: --dir DIR or --config FILE.');
  const { embeddedBackend } = openConfig(values.config);
  if (!embeddedBackend) throw new PosternError('usage', `The config ${values.config} has no embeddedBackend section. Add one or pass --dir.`);
  return { dir: embeddedBackend.dir, host: values.host ?? embeddedBackend.host, port: port ?? embeddedBackend.port };
}

function portOf(text: string): number {
  const port = Number(text);
  if (!/^\d{1,5}$/.test(text) || port > 65_535) throw new PosternError('usage', '--port takes a number from 0 to 65535.');
  return port;
}

async function perform(verb: string, backend: Backend, place: Place, values: Values, io: CommandIo): Promise<void> {
  const { out } = io;
  switch (verb) {
    case 'serve': return serve(backend, place, out);
    case 'export-events': return exportEvents(backend, values, io);
    case 'add-door': return void out.write(`${addDoor(backend, values)}\n`);
    case 'create-key': return void out.write(`${createKey(backend, values)}\n`);
    case 'root-keys': return void out.write(backend.rootPublicKeys().map((key) => `${Buffer.from(key).toString('base64url')}\n`).join(''));
    default: throw new PosternError('usage', `There is no "postern backend ${verb}". There are: serve, add-door, create-key, root-keys, export-events.`);
  }
}

async function serve(backend: Backend, place: Place, out: NodeJS.WritableStream): Promise<void> {
  const { url } = await backend.listen(place);
  out.write(`The backend answers at ${url}. Its folder: ${place.dir}\n`);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
}

function addDoor(backend: Backend, { name, uuid }: Values): string {
  if (name === undefined) throw new PosternError('usage', 'Give the door a name: --name "Front door".');
  const bytes = uuid === undefined ? systemRandom(16) : uuidBytes(uuid);
  if (!bytes) throw new PosternError('usage', '--uuid takes an RUUID (22 characters) or a UUID (36 characters).');
  backend.addDoor({ uuid: ruuidOf(bytes), name });
  return ruuidOf(bytes);
}

function createKey(backend: Backend, { role, name }: Values): string {
  if (role !== 'admin' && role !== 'door') throw new PosternError('usage', 'Say what the key may do: --role admin or --role door.');
  return backend.createApiKey(role, name);
}
