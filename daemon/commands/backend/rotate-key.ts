import type { Backend } from '../../backend/backend.ts';
import type { Actor } from '../../backend/audit.ts';
import { PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';
import { durationS } from '../duration.ts';
import { mustBeConfirmed } from './confirmation.ts';
import { momentText } from './text-table.ts';

export interface RotateKeyValues {
  lead?: string | undefined;
  'take-over'?: boolean | undefined;
  yes?: boolean | undefined;
  principal?: string | undefined;
}

/** Far longer than doors that are online take to fetch a key set. */
const DEFAULT_LEAD = '15m';

/** Brings in a new token, list or root key. */
export async function rotateKey(backend: Backend, named: readonly string[], values: RotateKeyValues, io: CommandIo): Promise<void> {
  const [use, ...more] = named;
  const actor = { principal: values.principal };
  if (more.length === 0 && (use === 'token' || use === 'list')) return rotate(backend, use, values.lead ?? DEFAULT_LEAD, actor, io);
  if (more.length === 0 && use === 'root') return values['take-over'] ? takeOver(backend, values, actor, io) : announce(backend, actor, io);
  throw new PosternError('usage', 'Say which key: rotate-key token, rotate-key list or rotate-key root.');
}

function rotate(backend: Backend, use: 'token' | 'list', lead: string, actor: Actor, { out }: CommandIo): void {
  const { id, fromS } = backend.keyring.rotation.rotate(use, durationS(lead, '--lead'), actor);
  const signed = use === 'token' ? 'codes' : 'lists';
  out.write(`The key ${id} signs ${signed} from ${momentText(fromS * 1000)} on. Doors get it with their next key set; what the old one signed stays good.\n`);
}

function announce(backend: Backend, actor: Actor, { out }: CommandIo): void {
  const id = backend.keyring.rotation.announceRoot(actor);
  out.write(`The root ${id} is in every key set from now on, and signs nothing yet. Doors take it on with their next key set.
Put it into the root keys file of doors to come (postern backend root-keys). When every door has fetched its keys:
postern backend rotate-key root --take-over
`);
}

async function takeOver(backend: Backend, values: RotateKeyValues, actor: Actor, io: CommandIo): Promise<void> {
  await mustBeConfirmed('From now on the announced root signs the key sets: a door that has fetched none since it was announced takes no further one until it gets a new root keys file.', values, io);
  const id = backend.keyring.rotation.takeOverRoot(actor);
  io.out.write(`The root ${id} signs the key sets now.\n`);
}
