import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { acknowledged, survives, writeLog } from '../../../scripts/hardware-bench/write-log.ts';

const SECTOR = 512;
type Entry = { sector: number; text?: string; sectors?: number; flags?: number };

/** A log as QEMU writes it. */
function logOf(entries: Entry[]): Buffer {
  const head = Buffer.alloc(SECTOR);
  head.writeBigUInt64LE(0x6a736677736872n, 0);
  head.writeBigUInt64LE(1n, 8);
  head.writeUInt32LE(SECTOR, 24);
  return Buffer.concat([head, ...entries.flatMap(({ sector, text, sectors = text === undefined ? 0 : 1, flags = 0 }) => {
    const entry = Buffer.alloc(SECTOR);
    [sector, sectors, flags].forEach((value, i) => entry.writeBigUInt64LE(BigInt(value), i * 8));
    const data = Buffer.alloc(text === undefined ? 0 : sectors * SECTOR);
    data.fill(text ?? '');
    return [entry, data];
  })]);
}

const first = ({ sector, data }: { sector: number; data: Buffer }): string => `${sector}:${data.toString('latin1', 0, 1)}`;

const log = suite("a disk's log of writes");

log('what is not flushed is kept or lost sector by sector', () => {
  const writes = writeLog(logOf([{ sector: 1, text: 'a' }, { sector: 0, flags: 1 }, { sector: 2, text: 'b', sectors: 3 }, { sector: 9, text: 'c', flags: 2 }]));
  assert.is(writes.length, 4);
  assert.equal(survives(writes, 4, () => false).map(first), ['1:a', '9:c'], 'flushed before, and written through');
  let turn = 0;
  assert.equal(survives(writes, 4, () => turn++ % 2 === 0).map(first), ['1:a', '2:b', '4:b', '9:c'], 'torn');
  assert.equal(survives(writes, 1, () => false), [], 'cut before the flush');
  assert.equal(survives(writes, 2, () => false).map(first), ['1:a'], 'cut after it');
});

log('the last of several flushes counts', () => {
  const writes = writeLog(logOf([{ sector: 1, text: 'a', flags: 1 }, { sector: 2, text: 'b' }, { sector: 0, flags: 1 }, { sector: 3, text: 'c' }]));
  assert.equal(survives(writes, 4, () => false).map(first), ['1:a', '2:b']);
});

log('a discard writes nothing and has no data', () => {
  const writes = writeLog(logOf([{ sector: 5, sectors: 1000, flags: 4 }, { sector: 1, text: 'a', flags: 2 }]));
  assert.equal(survives(writes, 2, () => true).map(first), ['1:a']);
});

log('a log that ends within an entry ends before it', () => {
  const whole = logOf([{ sector: 1, text: 'a' }, { sector: 2, text: 'b', sectors: 4 }]);
  assert.is(writeLog(whole.subarray(0, whole.length - 1)).length, 1);
});

log('what is no log is refused', () => {
  for (const bytes of [Buffer.alloc(0), Buffer.alloc(2048), Buffer.alloc(2048, 'x')]) assert.throws(() => writeLog(bytes), /no log of writes/);
});

log('the highest acknowledgement before the cut counts', () => {
  const writes = writeLog(logOf([{ sector: 70, text: 'ACK 7\0' }, { sector: 3, text: 'ACK 99\0' }, { sector: 70, text: 'ACK 12\0' }]));
  assert.is(acknowledged(writes, 0, 70), 0);
  assert.is(acknowledged(writes, 2, 70), 7);
  assert.is(acknowledged(writes, 3, 70), 12);
});

log.run();
