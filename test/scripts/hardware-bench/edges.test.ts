import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { afterFault, watched } from '../../../scripts/hardware-bench/edges.ts';

const MS = 1_000_000;
const edge = (atMs: number, level: 0 | 1): { atNs: number; level: 0 | 1 } => ({ atNs: atMs * MS, level });

const edges = suite('the relay line after a fault');

edges('what door-watch wrote is read, a half line at its end too', () => {
  assert.equal(watched('100 0\n200 1\n300 gap 1500000\n40'), { edges: [{ atNs: 100, level: 0 }, { atNs: 200, level: 1 }], longestGapMs: 1.5 });
  assert.equal(watched(''), { edges: [], longestGapMs: undefined });
});

const cases: Record<string, { line: [number, 0 | 1][]; faultMs: number; is: ReturnType<typeof afterFault> }> = {
  'it falls 30 ms after': { line: [[0, 0], [1000, 1], [1230, 0]], faultMs: 1200, is: { hit: true, restMs: 30, heldMs: 230, roseAgain: false } },
  'it stays up': { line: [[0, 0], [1000, 1]], faultMs: 1200, is: { hit: true, restMs: undefined, heldMs: undefined, roseAgain: false } },
  'it falls and rises again': { line: [[1000, 1], [1210, 0], [1500, 1], [1600, 0]], faultMs: 1200, is: { hit: true, restMs: 10, heldMs: 210, roseAgain: true } },
  'it rises after the time that is looked at': { line: [[1000, 1], [1210, 0], [9000, 1]], faultMs: 1200, is: { hit: true, restMs: 10, heldMs: 210, roseAgain: false } },
  'the fault came when it was at rest already': { line: [[1000, 1], [1100, 0]], faultMs: 1200, is: { hit: false, restMs: -100, heldMs: 100, roseAgain: false } },
};
for (const [situation, { line, faultMs, is }] of Object.entries(cases)) {
  edges(`[S1] ${situation}`, () => {
    assert.equal(afterFault(line.map(([at, level]) => edge(at, level)), faultMs * MS, 5000 * MS), is);
  });
}

edges.run();
