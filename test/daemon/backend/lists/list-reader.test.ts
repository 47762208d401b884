import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { BuiltEntries } from '../../../../daemon/backend/lists/list-reader.ts';
import { decodeEntry, LIST_ENTRY_BYTES, type ListEntry } from '../../../../daemon/base/token-list-entry.ts';
import { editedEntries } from '../../../../daemon/base/token-list-edits.ts';
import { seededRandom } from '../../../../scripts/scene/random.ts';
import { back, front, ListsSituation } from './lists-situation.ts';

const nowS = (it: ListsSituation): number => Math.floor(it.clock.wallMs() / 1000);
const hex = (bytes: Uint8Array): string => Buffer.from(bytes).toString('hex');
const build = (it: ListsSituation, base?: BuiltEntries): BuiltEntries => it.reader.build({ door: front, nowS: nowS(it), tokenKeyIds: it.keys.tokenKeyIds(), base }).entries;

function entriesOf(it: ListsSituation, built: BuiltEntries): ListEntry[] {
  const block = it.blocks.get(front, built.digest) as Uint8Array;
  return Array.from({ length: built.count }, (_, i) => decodeEntry(block, i * LIST_ENTRY_BYTES));
}

async function situation(work: (it: ListsSituation) => void | Promise<void>): Promise<void> {
  const it = new ListsSituation();
  try {
    await work(it);
  } finally {
    await it.close();
  }
}

test('a list read from what changed is the one read from all tokens, to the byte, for 300 random days', () => situation(async (it) => {
  const random = seededRandom('lists');
  const upTo = (below: number): number => Math.floor(random() * below);
  const issued: { id: Uint8Array; text: string }[] = [];
  const any = (): { id: Uint8Array; text: string } | undefined => issued[upTo(issued.length)];
  let before = build(it);
  let wholes = 0;
  for (let day = 0; day < 300; day++) {
    for (let times = upTo(6); times > 0; times--) {
      const one = any();
      switch (upTo(5)) {
        case 0: if (one) it.revoke(one.id); break;
        case 1: if (one) await it.use(one.text, [front, back][upTo(2)] as Uint8Array); break;
        case 2: it.clock.advance(upTo(900_000)); break;
        case 3: if (upTo(10) === 0) it.clock.jumpWall(upTo(3) * 600_000 - 900_000); break;
        default: issued.push(it.issue([[front], [back], [front, back], [back, front]][upTo(4)], 60 + upTo(3_600), upTo(2) === 0 ? 5 : undefined));
      }
    }
    const edited = build(it, before);
    const whole = build(it);
    assert.is(hex(edited.digest), hex(whole.digest), `day ${day}`);
    assert.equal([edited.count, edited.changes, edited.asOfS], [whole.count, whole.changes, whole.asOfS]);
    wholes += edited.whole ? 1 : 0;
    if (upTo(3) > 0) before = edited;
  }
  assert.ok(wholes < 100, `${wholes} of them were read as a whole all the same`);
}));

test('the edits from any earlier list lead to the later one, whatever has changed since', () => situation(async (it) => {
  const random = seededRandom('edits');
  const upTo = (below: number): number => Math.floor(random() * below);
  const issued = Array.from({ length: 40 }, () => it.issue([front, back], 60 + upTo(1_000), 9));
  const versions: { built: BuiltEntries; block: Uint8Array }[] = [];
  for (let i = 0; i < 60; i++) {
    it.clock.advance(upTo(30_000));
    const one = issued[upTo(issued.length)] as (typeof issued)[number];
    if (i % 3 === 0) it.revoke(one.id);
    else if (i % 3 === 1) await it.use(one.text, back);
    else issued.push(it.issue([front], 60 + upTo(1_000)));
    const built = build(it, versions.at(-1)?.built);
    versions.push({ built, block: Uint8Array.from(it.blocks.get(front, built.digest) as Uint8Array) });
    // The next change is in the database already when the edits to this version are read.
    it.revoke((issued[upTo(issued.length)] as (typeof issued)[number]).id);
    for (let tries = 0; tries < 5; tries++) {
      const from = versions[upTo(versions.length)] as (typeof versions)[number];
      const edits = it.reader.edits({ door: front, from: from.built, to: built }) ?? assert.unreachable('none') as never;
      const after = Buffer.concat([...editedEntries([from.block], edits)]);
      assert.ok(after.equals(versions.at(-1)?.block as Uint8Array), `version ${i}`);
    }
  }
}));

test('a change that does not name its token has the list read as a whole, and no edits lead over it', () => situation((it) => {
  it.issue();
  const first = build(it);
  it.doors.listChanged(front);
  const second = build(it, first);
  assert.is(second.whole, true);
  assert.is(it.reader.edits({ door: front, from: first, to: second }), undefined);
  assert.is(build(it, second).whole, false);
  it.issue();
  const third = build(it, second);
  assert.ok(it.reader.edits({ door: front, from: second, to: third }));
}));

test('entries that are gone are read anew as a whole, and no edits lead to them', () => situation((it) => {
  it.issue();
  const first = build(it);
  for (let i = 0; i < 4; i++) {
    it.issue();
    build(it);
  }
  assert.is(it.blocks.get(front, first.digest), undefined, 'only the last four are kept [S9]');
  assert.is(it.reader.edits({ door: front, from: first, to: first }), undefined);
  assert.is(build(it, first).whole, true);
}));

test('of changes to more than half of a large list no edits are made, for the list is as short', () => situation((it) => {
  const first = build(it);
  for (let i = 0; i < 1_100; i++) it.issue();
  const second = build(it, first);
  assert.is(it.reader.edits({ door: front, from: first, to: second }), undefined);
  it.issue();
  assert.ok(it.reader.edits({ door: front, from: second, to: build(it, second) }));
}));

test('a code that expired is gone, and is back when the clock is set back before its end', () => situation((it) => {
  const { id } = it.issue([front], 60);
  const listed = build(it);
  it.clock.advance(61_000);
  const without = build(it, listed);
  assert.equal([without.count, without.whole], [0, false]);
  it.clock.jumpWall(-30_000);
  const again = build(it, without);
  assert.equal(entriesOf(it, again).map((entry) => hex(entry.id)), [hex(id)]);
  assert.is(again.whole, false);
}));

test('nothing that changed is the same entries, not written again', () => situation((it) => {
  it.issue();
  const first = build(it);
  it.clock.advance(10_000);
  it.issue([back]);
  const second = build(it, first);
  assert.is(hex(second.digest), hex(first.digest));
  assert.not.equal(second.asOfS, first.asOfS);
}));

test.run();
