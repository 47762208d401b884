import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { StatusBoard, type PartStatus } from '../../../daemon/base/status.ts';

const START_MS = Date.parse('2026-03-02T09:00:00Z');

function board(): { clock: VirtualClock; status: StatusBoard; told: [string, PartStatus, PartStatus | undefined][] } {
  const clock = new VirtualClock();
  const status = new StatusBoard(clock);
  const told: [string, PartStatus, PartStatus | undefined][] = [];
  status.onChange((...change) => void told.push(change));
  return { clock, status, told };
}

test('a part that goes down and comes back is told twice, each time with what was before', () => {
  const { clock, status, told } = board();
  status.report('camera', 'down', 'unplugged');
  clock.advance(1_000);
  status.report('camera', 'ok');
  const down: PartStatus = { state: 'down', reason: 'unplugged', sinceMs: START_MS };
  const ok: PartStatus = { state: 'ok', reason: '', sinceMs: START_MS + 1_000 };
  assert.equal(told, [['camera', down, undefined], ['camera', ok, down]]);
  assert.equal(status.get('camera'), ok);
});

test('a state that is reported with every frame is told once and keeps its since', () => {
  const { clock, status, told } = board();
  for (let frame = 0; frame < 10; frame++) {
    status.report('camera', 'ok');
    clock.advance(100);
  }
  assert.is(told.length, 1);
  assert.is(status.get('camera')?.sinceMs, START_MS);
});

test('another reason for the same state is told, and since stays when it began', () => {
  const { clock, status, told } = board();
  status.report('backend', 'degraded', 'HTTP 500');
  clock.advance(1_000);
  status.report('backend', 'degraded', 'HTTP 503');
  assert.is(told.length, 2);
  assert.equal(status.get('backend'), { state: 'degraded', reason: 'HTTP 503', sinceMs: START_MS });
});

test('all parts are given at once, and a part nobody reported is not there', () => {
  const { status } = board();
  status.report('camera', 'ok');
  status.report('door', 'down', 'welded');
  assert.equal(Object.keys(status.all()), ['camera', 'door']);
  assert.is(status.get('broker'), undefined);
});

test.run();
