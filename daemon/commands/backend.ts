import { parseArgs } from 'node:util';
import { Backend } from '../backend/backend.ts';
import { PosternError } from '../base/errors.ts';
import { humanLogger } from '../base/logger.ts';
import { DEFAULT_PORT, placeOf, placeOptions } from './backend/place.ts';
import type { BackendVerb } from './backend/verb.ts';
import { backendVerbs } from './backend/verbs.ts';
import type { Command } from './command.ts';

export const backendCommand: Command = {
  name: 'backend',
  summary: 'Runs a backend of its own: issues codes and answers for them',
  help: `Usage: postern backend [VERB] (--config FILE | --dir DIR) [options]

All verbs but serve work beside a running backend, which follows at once.

${backendVerbs.map(verbHelp).join('\n')}
  --config FILE    the backend's config (see config/backend-example.yaml), or a door's with an embeddedBackend section
  --dir DIR        folder of the backend's database and keys, in place of a config
  --host HOST      address to listen on; without TLS of this machine only (default: the config's, or 127.0.0.1)
  --port PORT      port to listen on; 0 takes a free one (default: the config's, or ${DEFAULT_PORT})
  --name NAME      of a door, or of an API key in the audit log
  --door UUID      the one door a door's key speaks for (default: any); the doors whose lists are written (default: all)
  --limit N        requests a minute for an API key (default: admin and issuer 12000, door 6000, reader 3000)
  --lead DURATION  how long before it signs a new key is published; longer than doors' access.pollS (default: 15m)
  --since WHEN     from then on: 90s, 30m, 24h or 7d ago, or a moment as 2026-03-02T09:00:00Z
  --principal P    on whose behalf, for the audit log
  --yes            does not ask
  --json           one line of JSON each

With a tls section in its config the backend speaks HTTPS; new files are taken up while it runs, on SIGHUP at once. With
tls.clientCaFile a door may show a certificate instead of an API key. To sign one with openssl (RUUID is the door's):
  openssl req -newkey ec -pkeyopt ec_paramgen_curve:prime256v1 -nodes -keyout door.key -out door.csr -subj /CN=door
  printf 'subjectAltName=URI:urn:postern:door:RUUID\\nextendedKeyUsage=clientAuth\\n' > door.ext
  openssl x509 -req -in door.csr -CA ca.pem -CAkey ca.key -CAcreateserial -days 365 -extfile door.ext -out door.pem

Exit codes: 0 done, or stopped by SIGINT or SIGTERM; 1 there is no such key, or nothing in the audit log; 2 wrong usage or a failing environment.
`,
  async run(args, io) {
    const [named] = args;
    const isNamed = named !== undefined && !named.startsWith('-');
    const verb = verbNamed(isNamed ? named : 'serve');
    const { values, positionals: names } = parseArgs({ args: isNamed ? args.slice(1) : args, allowPositionals: true, options: { ...placeOptions, ...verb.options } });
    if (names.length > 0 && !verb.takesNames) throw new PosternError('usage', `"${names[0]}" is too much. See postern backend --help.`);
    const place = placeOf(values);
    const backend = await Backend.open({ ...place.settings, log: humanLogger(process.stderr, 'info') });
    try {
      return await verb.run({ backend, place, values, names, io }) ?? 0;
    } finally {
      await backend.close();
    }
  },
};

function verbNamed(name: string): BackendVerb {
  const verb = backendVerbs.find((it) => it.name === name);
  if (!verb) throw new PosternError('usage', `There is no "postern backend ${name}". There are: ${backendVerbs.map((it) => it.name).join(', ')}.`);
  return verb;
}

function verbHelp({ name, usage, about }: BackendVerb): string {
  return `  ${`${name} ${usage}`.trim()}\n${about.split('\n').map((line) => `      ${line}\n`).join('')}`;
}
