import { systemClock } from '../../base/clock.ts';
import { addDoor } from './add-door.ts';
import { printAudit } from './audit.ts';
import { createKey } from './create-key.ts';
import { exportEvents } from './export-events.ts';
import { exportLists } from './export-lists.ts';
import { listKeys } from './list-keys.ts';
import { revokeKey } from './revoke-key.ts';
import { revokeSigningKey } from './revoke-signing-key.ts';
import { rotateKey } from './rotate-key.ts';
import { serve } from './serve.ts';
import { printSigningKeys } from './signing-keys.ts';
import { backendVerb, type BackendVerb } from './verb.ts';

const text = { type: 'string' } as const;
const flag = { type: 'boolean' } as const;

/** All verbs of `postern backend`, in the order of its help. All but serve work beside a running one, which follows at once. */
export const backendVerbs: readonly BackendVerb[] = [
  backendVerb({
    name: 'serve', usage: '[--host HOST] [--port PORT]',
    about: 'Runs the backend until it is interrupted; its folder is made, with new keys, when it is not there. Without a verb, too.',
    run: ({ backend, place, io }) => serve(backend, place, io.out),
  }),
  backendVerb({
    name: 'add-door', usage: '--name NAME [--uuid UUID]', about: 'Makes a door known and prints its RUUID.',
    options: { name: text, uuid: text },
    run: ({ backend, values, io }) => void io.out.write(`${addDoor(backend, values)}\n`),
  }),
  backendVerb({
    name: 'root-keys', usage: '', about: 'Prints what belongs into a door\'s access.rootKeysFile.',
    run: ({ backend, io }) => void io.out.write(backend.rootPublicKeys().map((key) => `${Buffer.from(key).toString('base64url')}\n`).join('')),
  }),
  backendVerb({
    name: 'create-key', usage: '--role admin|issuer|door|reader [--name NAME] [--door UUID] [--limit N] [--principal P]',
    about: 'Prints an API key, this once: put it into a file only its owner may read. An admin may do everything, an issuer issues and\nrevokes codes, a reader looks at lists and events, door is for a door\'s daemon.',
    options: { role: text, name: text, door: text, limit: text, principal: text },
    run: ({ backend, values, io }) => void io.out.write(`${createKey(backend, values)}\n`),
  }),
  backendVerb({
    name: 'list-keys', usage: '[--json]', about: 'Lists the API keys, without their secrets.',
    options: { json: flag },
    run: ({ backend, values, io }) => listKeys(backend, values, io),
  }),
  backendVerb({
    name: 'revoke-key', usage: 'ID… [--principal P]', about: 'Ends API keys for good.',
    options: { principal: text }, takesNames: true,
    run: ({ backend, names, values, io }) => revokeKey(backend, names, values, io),
  }),
  backendVerb({
    name: 'audit', usage: '[--since WHEN] [--json]', about: 'Prints who issued, revoked, unlocked, looked and fetched what (default: of the last 24 h).',
    options: { since: text, json: flag },
    run: ({ backend, values, io }) => printAudit(backend, values, systemClock.wallMs(), io),
  }),
  backendVerb({
    name: 'signing-keys', usage: '[--json]', about: 'Lists the keys that sign codes, lists and key sets.',
    options: { json: flag },
    run: ({ backend, values, io }) => printSigningKeys(backend, values, io),
  }),
  backendVerb({
    name: 'rotate-key', usage: 'token|list [--lead DURATION] | root [--take-over] [--yes] [--principal P]',
    about: 'Brings in a new key, which doors learn of by the key set they fetch; codes of the old one stay good. Of root it announces\na further one, which signs with --take-over. No door needs a visit.',
    options: { lead: text, 'take-over': flag, yes: flag, principal: text }, takesNames: true,
    run: ({ backend, names, values, io }) => rotateKey(backend, names, values, io),
  }),
  backendVerb({
    name: 'revoke-signing-key', usage: 'ID [--yes] [--principal P]', about: 'For a key that was stolen: nothing it signed counts any longer.',
    options: { yes: flag, principal: text }, takesNames: true,
    run: ({ backend, names, values, io }) => revokeSigningKey(backend, names, values, io),
  }),
  backendVerb({
    name: 'export-lists', usage: '--out FOLDER [--door UUID]… [--watch]',
    about: 'Writes the key set and each door\'s list, with the deltas to it, as files under the paths that doors ask for\n(FOLDER/api/postern/…), for a web server or an object store to carry; run again, or with --watch, what changed.',
    options: { out: text, door: { type: 'string', multiple: true }, watch: flag },
    run: ({ backend, values, io }) => exportLists(backend, values, io),
  }),
  backendVerb({
    name: 'export-events', usage: '--format csv|jsonl [--since WHEN] [--out FILE]', about: 'Writes what doors reported, the oldest first. It holds names.',
    options: { format: text, since: text, out: text },
    run: ({ backend, values, io }) => exportEvents(backend, values, io),
  }),
];
