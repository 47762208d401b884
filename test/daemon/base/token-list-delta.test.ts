import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PosternError } from '../../../daemon/base/errors.ts';
import { applyDelta, DELTA_FRONT_BYTES, encodeDelta, MAX_DELTA_BYTES, parseDeltaFront, readDelta } from '../../../daemon/base/token-list-delta.ts';
import { editsTo } from '../../../daemon/base/token-list-edits.ts';
import { LIST_ENTRY_BYTES, type ListEntry } from '../../../daemon/base/token-list-entry.ts';
import { buildTokenList, parseListHead, type UnverifiedList } from '../../../daemon/base/token-list-file.ts';
import { seededRandom } from '../../../scripts/scene/random.ts';
import { refuses } from '../../support/refusal.ts';
import { testSigner } from '../../support/token-samples.ts';

const signer = testSigner(20);
const random = seededRandom('deltas');
const upTo = (below: number): number => Math.floor(random() * below);
const oneOf = <T>(items: readonly T[]): T => items[upTo(items.length)] as T;

/** A list file and what the tests ask of it. */
interface Made {
  file: Uint8Array;
  front: Uint8Array;
  list: UnverifiedList;
  block: Uint8Array;
}

/** Entries by number: the id of 5 is 05 in its second byte, so that the first is shared by all. */
type Entries = Map<number, Omit<ListEntry, 'id'>>;

const idOf = (n: number): Uint8Array => Uint8Array.from({ length: 16 }, (_, i) => (i === 1 ? n >> 8 : i === 2 ? n & 255 : 7));

function made(version: number, entries: Entries): Made {
  const file = buildTokenList({ door: new Uint8Array(16), version, issuedAtS: 1_772_442_000, expiresAtS: 1_772_528_400, asOfS: { '21fe31df': version } },
    [...entries].map(([n, rest]) => ({ id: idOf(n), ...rest })), signer);
  const list = parseListHead(file);
  return { file, list, front: file.slice(0, list.entriesAt), block: file.slice(list.entriesAt) };
}

const anyEntry = (): Omit<ListEntry, 'id'> => ({ status: oneOf(['active', 'suspended', 'revoked'] as const), spent: upTo(65_536) });

function randomEntries(count: number, outOf: number): Entries {
  return new Map(Array.from({ length: count }, () => [upTo(outOf), anyEntry()]));
}

/** A delta as a backend makes it: of all ids that may differ, and some that do not. */
function deltaBetween(from: Made, to: Made, ids: Iterable<number>): Uint8Array {
  const sorted = [...new Set(ids)].sort((a, b) => a - b);
  const delta = encodeDelta({ version: from.list.head.version, entriesDigest: from.list.entriesDigest }, to.front, editsTo(to.block, Buffer.concat(sorted.map(idOf))));
  return delta ?? assert.unreachable('too long') as never;
}

/** In chunks cut anywhere, from one buffer that is used again. */
function* chunked(block: Uint8Array, most: number): Generator<Uint8Array> {
  const buffer = new Uint8Array(most);
  for (let at = 0; at < block.length;) {
    const part = block.subarray(at, at + 1 + upTo(most));
    buffer.set(part);
    yield buffer.subarray(0, part.length);
    at += part.length;
  }
}

function applied(delta: Uint8Array, block: Uint8Array, chunkBytes = 1000): Buffer {
  const parts: Buffer[] = [];
  for (const part of applyDelta(readDelta(delta), chunked(block, chunkBytes))) parts.push(Buffer.from(part));
  return Buffer.concat(parts);
}

function same(a: Uint8Array, b: Uint8Array, what: string): void {
  if (Buffer.compare(a, b) !== 0) assert.unreachable(what);
}

test('delta: for 600 random pairs of lists, the one with its delta applied is the other to the byte', () => {
  for (let i = 0; i < 600; i++) {
    const before = randomEntries(upTo(80), 100);
    const after: Entries = i % 3 === 0 ? randomEntries(upTo(80), 100) : new Map(before);
    for (let changes = upTo(12); changes > 0; changes--) {
      if (random() < 0.4) after.delete(upTo(100));
      else after.set(upTo(100), anyEntry());
    }
    const [from, to] = [made(5, before), made(6, after)];
    const differing = [...new Set([...before.keys(), ...after.keys()])].filter((n) => JSON.stringify(before.get(n)) !== JSON.stringify(after.get(n)));
    const tooMany = Array.from({ length: upTo(20) }, () => upTo(120));
    const delta = deltaBetween(from, to, [...differing, ...tooMany]);
    same(applied(delta, from.block, 1 + upTo(200)), to.block, `pair ${i}`);
    same(Buffer.concat([readDelta(delta).front, to.block]), to.file, 'the front is the new list\'s own');
  }
});

const situations: [situation: string, before: number[], after: number[]][] = [
  ['nothing to something', [], [1, 2]],
  ['something to nothing', [1, 2], []],
  ['nothing to nothing', [], []],
  ['one put before the first', [5, 6], [1, 5, 6]],
  ['one put behind the last', [5, 6], [5, 6, 9]],
  ['the first gone', [5, 6, 7], [6, 7]],
  ['the last gone', [5, 6, 7], [5, 6]],
  ['all exchanged for others', [2, 4, 6, 8], [1, 3, 5, 7]],
];
for (const [situation, before, after] of situations) {
  test(`delta: from ${situation}`, () => {
    const entries = (of: number[]): Entries => new Map(of.map((n) => [n, { status: 'active', spent: n }]));
    const [from, to] = [made(1, entries(before)), made(2, entries(after))];
    for (const chunkBytes of [1, 18, 19, 20, 1000]) same(applied(deltaBetween(from, to, [...before, ...after]), from.block, chunkBytes), to.block, situation);
  });
}

const old = made(41, new Map([[1, { status: 'active', spent: 0 }], [3, { status: 'active', spent: 2 }], [5, { status: 'suspended', spent: 0 }], [9, { status: 'active', spent: 0 }]]));
const next = made(42, new Map([[1, { status: 'active', spent: 0 }], [3, { status: 'revoked', spent: 2 }], [4, { status: 'active', spent: 0 }], [9, { status: 'active', spent: 0 }]]));
const good = deltaBetween(old, next, [3, 4, 5]);
const start = parseDeltaFront(good);

test('delta: it says what it is for and what comes of it, from its beginning alone', () => {
  const read = parseDeltaFront(good.slice(0, DELTA_FRONT_BYTES));
  assert.equal([read.fromVersion, read.list.head.version, read.removed, read.changed, read.fileBytes], [41, 42, 1, 2, good.length]);
  same(read.fromDigest, old.list.entriesDigest, 'digest');
});

test('delta: a list signed again without a change is a delta of its front and 60 bytes', () => {
  const again = made(42, new Map([[1, { status: 'active', spent: 0 }]]));
  const before = made(41, new Map([[1, { status: 'active', spent: 0 }]]));
  const delta = deltaBetween(before, again, []);
  assert.is(delta.length, again.front.length + 60);
  same(applied(delta, before.block), again.block, 'the same entries');
});

test('delta: applied to another list than the one it is for, it is refused', () => {
  for (const other of [new Uint8Array(0), old.block.slice(LIST_ENTRY_BYTES), Buffer.concat([old.block, old.block.slice(0, 7)]), old.block.slice(0, -1)]) {
    refuses(() => applied(good, other), 'delta-refused');
  }
});

const editsAt = start.editsAt;
const lead = 12;
const base = lead + start.front.length;
const damaged: [what: string, bytes: (bytes: Buffer) => Uint8Array, why: RegExp][] = [
  ['nothing', () => new Uint8Array(0), /no delta/],
  ['a full list', () => next.file, /no delta/],
  ['another magic', (b) => set(b, 6, 0x32), /no delta/],
  ['a front of 4 GB', (b) => set(b, 8, 255), /more than/],
  ['a front that is longer than the file', (b) => set(b, 10, 0x0f), /ends within/],
  ['a front that holds more than a front', (b) => Buffer.concat([b.subarray(0, 11), Buffer.from([(b[11] as number) + 1]), b.subarray(12, base), Buffer.from([0]), b.subarray(base)]), /behind the signed head/],
  ['a front that is garbage', (b) => Buffer.from(b).fill(0, lead, base), /no token list/],
  ['a version of 0 that it is for', (b) => Buffer.from(b).fill(0, base, base + 8), /whole number from 1/],
  ['a version of 2^63 that it is for', (b) => set(b, base, 0x80), /whole number from 1/],
  ['four billion removals', (b) => Buffer.from(b).fill(255, base + 40, base + 44), /more than/],
  ['more changes than entries', (b) => set(b, base + 47, 9), /more entries than/],
  ['one removal more than there is', (b) => set(b, base + 43, 2), /instead of/],
  ['something behind it', (b) => Buffer.concat([b, Buffer.from([0])]), /instead of/],
  ['the last byte missing', (b) => b.subarray(0, -1), /instead of/],
  ['changes in the wrong order', (b) => Buffer.concat([b.subarray(0, editsAt + 16), b.subarray(editsAt + 16 + 19), b.subarray(editsAt + 16, editsAt + 16 + 19)]), /ascending/],
  ['a status not known', (b) => set(b, editsAt + 16 + 16, 9), /status/],
  ['the id removed that is changed', (b) => Buffer.concat([b.subarray(0, editsAt), b.subarray(editsAt + 16, editsAt + 32), b.subarray(editsAt + 16)]), /both removed and changed/],
];
for (const [what, bytes, why] of damaged) {
  test(`delta: refused is ${what}`, () => {
    refuses(() => applied(bytes(Buffer.from(good)), old.block), 'delta-refused', why);
  });
}

test('delta: ids removed twice or in the wrong order are refused', () => {
  const [a, b] = [made(1, new Map([[1, { status: 'active', spent: 0 }], [2, { status: 'active', spent: 0 }]])), made(2, new Map())];
  const delta = Buffer.from(deltaBetween(a, b, [1, 2]));
  const at = parseDeltaFront(delta).editsAt;
  const ids = [delta.subarray(at, at + 16), delta.subarray(at + 16)] as const;
  for (const order of [[ids[0], ids[0]], [ids[1], ids[0]]]) refuses(() => applied(Buffer.concat([delta.subarray(0, at), ...order]), a.block), 'delta-refused', /ascending/);
});

test('delta: with any one bit changed behind its front it is refused, and never anything else comes of it', () => {
  for (let at = base; at < good.length; at++) {
    for (let bit = 0; bit < 8; bit++) {
      // For which list it is, the one who applies it compares with the list in hand.
      if (at < base + 40) continue;
      refuses(() => applied(set(Buffer.from(good), at, (good[at] as number) ^ (1 << bit)), old.block), 'delta-refused');
    }
  }
});

test('delta: 4,000 changed deltas are refused by name, or come to the list that their front signs', () => {
  let accepted = 0;
  for (let i = 0; i < 4000; i++) {
    const bytes = mutated(good);
    try {
      same(applied(bytes, old.block), next.block, `input ${i}`);
      accepted++;
    } catch (thrown) {
      if (!(thrown instanceof PosternError) || thrown.code !== 'delta-refused') assert.unreachable(`input ${i}, ${Buffer.from(bytes).toString('hex')}: ${String(thrown)}`);
    }
  }
  assert.ok(accepted < 2000, `${accepted} accepted`);
});

test(`delta: one of more than ${MAX_DELTA_BYTES} bytes is not made [S9]`, () => {
  const many = { removed: new Uint8Array(MAX_DELTA_BYTES), changed: new Uint8Array(0) };
  assert.is(encodeDelta({ version: 1, entriesDigest: old.list.entriesDigest }, next.front, many), undefined);
});

function set(bytes: Buffer, at: number, value: number): Buffer {
  const changed = Buffer.from(bytes);
  changed[at] = value;
  return changed;
}

/** One to three things done to it: a byte changed, put in or taken out, a piece cut or repeated. */
function mutated(bytes: Uint8Array): Uint8Array {
  let out = [...bytes];
  for (let times = 1 + upTo(3); times > 0; times--) {
    const at = upTo(out.length + 1);
    switch (upTo(5)) {
      case 0: out[at] = upTo(256); break;
      case 1: out.splice(at, 0, upTo(256)); break;
      case 2: out.splice(at, 1 + upTo(4)); break;
      case 3: out = out.slice(0, at); break;
      default: out.splice(at, 0, ...out.slice(at, at + upTo(20)));
    }
  }
  return Uint8Array.from(out);
}

test.run();
