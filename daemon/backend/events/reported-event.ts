import { isWhole } from '../../base/bounds.ts';
import { canonicalJson } from '../../base/canonical-json.ts';
import { hashOf } from '../../base/event-chain.ts';
import { ruuidOf, ulidBytes, uuidBytes } from '../../base/ids.ts';
import { ApiError } from '../../base/http/api-error.ts';

/** An event as a door has it. What else is in it depends on its type, which may be a newer door's. */
export interface DoorEvent {
  id: string;
  type: string;
  /** Wall milliseconds by the door's clock. */
  atMs: number;
  doorUuid: string;
  seq: number;
  prevHash: string;
  [field: string]: unknown;
}

/** An event as it was reported, read and hashed. */
export interface ReportedEvent {
  /** Without its hash. */
  event: DoorEvent;
  /** Its canonical JSON: what is hashed and stored. */
  body: string;
  /** What the door says its hash is. */
  claimedHash: string;
  /** What it is. */
  hash: string;
}

const MAX_BYTES = 16_384;
const MAX_NESTING = 6;
const MAX_MEMBERS = 64;
const MAX_MS = 8_640_000_000_000_000;
const HASH = /^[0-9a-f]{64}$/;
const TYPE = /^[a-z][a-z0-9-]{0,63}$/;

/** Reads one event of an upload by `door` (16 bytes). Throws ApiError(400 'event-bad', 403 'event-of-other-door'). */
export function readReported(raw: Record<string, unknown>, door: Uint8Array): ReportedEvent {
  const fault = faultIn(raw);
  if (fault !== undefined) throw new ApiError(400, 'event-bad', `The event ${numberOf(raw)} ${fault}. Nothing of this upload was stored.`);
  const { hash: claimedHash, ...event } = raw as DoorEvent & { hash: string };
  if (!isOf(event, door)) throw new ApiError(403, 'event-of-other-door', `The event ${numberOf(raw)} is not door ${ruuidOf(door)}'s. A door uploads its own events only. Nothing of this upload was stored.`);
  const body = canonicalJson(event);
  if (Buffer.byteLength(body) > MAX_BYTES) throw new ApiError(400, 'event-bad', `The event ${numberOf(raw)} has more than ${MAX_BYTES} bytes. Nothing of this upload was stored.`);
  return { event, body, claimedHash, hash: hashOf(body) };
}

function faultIn({ id, type, atMs, seq, prevHash, hash, doorUuid, ...rest }: Record<string, unknown>): string | undefined {
  if (typeof id !== 'string' || !ulidBytes(id)) return 'has no ULID for its id';
  if (!matches(type, TYPE)) return 'has no type of lower-case letters, digits and hyphens';
  if (!isWhole(atMs, 0, MAX_MS)) return 'has no atMs in whole milliseconds since 1970';
  if (!isWhole(seq, 1)) return 'has no seq of 1 or more';
  if (!matches(prevHash, HASH) || !matches(hash, HASH)) return 'lacks prevHash or hash, 64 hex digits each';
  if (typeof doorUuid !== 'string') return 'has no doorUuid';
  return isShallow(rest) ? undefined : `is nested more than ${MAX_NESTING} levels deep, or has over ${MAX_MEMBERS} members on one level`;
}

function matches(value: unknown, pattern: RegExp): boolean {
  return typeof value === 'string' && pattern.test(value);
}

function isShallow(value: unknown, depth = 1): boolean {
  if (typeof value !== 'object' || value === null) return true;
  const members = Object.values(value);
  return depth <= MAX_NESTING && members.length <= MAX_MEMBERS && members.every((member) => isShallow(member, depth + 1));
}

function isOf({ doorUuid }: { doorUuid?: unknown }, door: Uint8Array): boolean {
  const named = uuidBytes(String(doorUuid));
  return named !== undefined && Buffer.compare(named, door) === 0;
}

function numberOf({ seq }: Record<string, unknown>): string {
  return isWhole(seq, 0) ? String(seq) : 'without a number';
}
