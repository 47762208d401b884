import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../support/eventually.ts';

/** A relay guard with its relay, found energised. */
export interface GuardBench {
  /** One order, without its newline. */
  send(order: string): void;
  /** Every answer so far. */
  readonly heard: string[];
  level(): 'energised' | 'rest';
  /** Milliseconds on the guard's clock. */
  nowMs(): number;
  pass(ms: number): Promise<void>;
  /** Sticks the relay as energised, or frees it. */
  weld(welded: boolean): void;
  close(): Promise<void>;
}

/** What is no order, or none that may be obeyed; `NOW` stands for the present. */
const NO_ORDERS = [
  '', ' ', 'energise', 'energise 1', 'energise 1 5000', 'energise 1 5000 x', 'energise 1 -1 NOW', 'energise 1 0 NOW', 'energise 1 NaN NOW', 'energise 1 Infinity NOW',
  'energise 1 300001 NOW', 'energise 1 5000 99999999999', 'energise 1 5000 9999999999999999', 'energise 1 5000 NOW x', 'energise 1 5e3 NOW', 'energise 1 5000. NOW',
  'energise 1 .5 NOW', 'energise 1 0x10 NOW', 'energise  1 5000 NOW', 'energise 1 5000 NOW ', ' energise 1 5000 NOW', 'ENERGISE 1 5000 NOW', 'energise\t1\t5000\tNOW',
  'energise x 5000 NOW', 'energise -1 5000 NOW', 'energise 12345678901234567 5000 NOW', 'energise 1 +5000 NOW', 'rest', 'rest x', 'rest 1 2', 'rest 1 ', 'level', 'level 1 2', 'level 1 ', 'drop table', 'energise 1 5000 NOW\r',
];

/** What guard-protocol.ts promises, for every guard [S1]. */
export function guardContract(name: string, open: () => Promise<GuardBench>): void {
  const it = suite(name);
  const check = (situation: string, run: (bench: GuardBench) => Promise<void>): void => {
    it(situation, async () => {
      const bench = await open();
      try {
        await run(bench);
      } finally {
        await bench.close();
      }
    });
  };
  const answers = async (bench: GuardBench, count: number): Promise<string[]> => {
    await eventually(`${count} answers`, async () => {
      await bench.pass(5);
      return bench.heard.length >= count;
    }, 10_000);
    return bench.heard.splice(0);
  };
  const energise = (bench: GuardBench, id: number, leaseMs: number, ageMs = 0): void => bench.send(`energise ${id} ${leaseMs} ${bench.nowMs() - ageMs}`);
  const rests = (bench: GuardBench): Promise<unknown> => eventually('the relay rests', async () => {
    await bench.pass(5);
    return bench.level() === 'rest';
  }, 10_000);

  check('it begins at rest and says so', async (bench) => {
    assert.equal(await answers(bench, 1), ['0 rest']);
    assert.is(bench.level(), 'rest');
  });

  check('a lease ends on its own, counted from when the order was sent', async (bench) => {
    energise(bench, 1, 1_500, 900);
    assert.equal(await answers(bench, 2), ['0 rest', '1 energised']);
    assert.is(bench.level(), 'energised');
    const sentMs = bench.nowMs();
    await rests(bench);
    assert.ok(bench.nowMs() - sentMs < 1_400, 'the lease was counted from its sending');
    assert.equal(await answers(bench, 1), ['0 rest']);
  });

  check('an order that is over a second old, or longer than its lease, is dropped', async (bench) => {
    energise(bench, 1, 5_000, 1_001);
    energise(bench, 2, 300, 400);
    assert.equal(await answers(bench, 3), ['0 rest', '1 late', '2 late']);
    assert.is(bench.level(), 'rest');
  });

  check('a dropped order leaves the lease that runs as it is', async (bench) => {
    energise(bench, 1, 400);
    energise(bench, 2, 60_000, 2_000);
    assert.equal(await answers(bench, 3), ['0 rest', '1 energised', '2 late']);
    await rests(bench);
  });

  check('a lease replaces the one that runs, shorter or longer', async (bench) => {
    energise(bench, 1, 60_000);
    energise(bench, 2, 200);
    await answers(bench, 4);
    assert.is(bench.level(), 'rest');
    energise(bench, 3, 200);
    energise(bench, 4, 60_000);
    await bench.pass(500);
    assert.is(bench.level(), 'energised');
  });

  check('rest ends the lease, and nothing is told when it would have ended', async (bench) => {
    energise(bench, 1, 200);
    bench.send('rest 2');
    assert.equal(await answers(bench, 3), ['0 rest', '1 energised', '2 rest']);
    await bench.pass(400);
    assert.equal(bench.heard, []);
    assert.is(bench.level(), 'rest');
  });

  check('the level is read when asked', async (bench) => {
    bench.send('level 1');
    energise(bench, 2, 60_000);
    bench.send('level 3');
    assert.equal(await answers(bench, 4), ['0 rest', '1 rest', '2 energised', '3 energised']);
  });

  check('a relay that does not rest at the end of its lease is told once, told to rest again and again, and told when it does', async (bench) => {
    energise(bench, 1, 150);
    await answers(bench, 2);
    bench.weld(true);
    assert.equal(await answers(bench, 1), ['0 energised']);
    await bench.pass(400);
    assert.equal(bench.heard, []);
    bench.weld(false);
    await rests(bench);
    assert.equal(await answers(bench, 1), ['0 rest']);
  });

  check('a relay that does not rest when told to is told to again without another order', async (bench) => {
    energise(bench, 1, 60_000);
    await answers(bench, 2);
    bench.weld(true);
    bench.send('rest 2');
    assert.equal(await answers(bench, 1), ['2 energised']);
    await bench.pass(300);
    bench.weld(false);
    assert.equal(await answers(bench, 1), ['0 rest']);
    assert.is(bench.level(), 'rest');
  });

  check('an energise ends the tries to rest', async (bench) => {
    await answers(bench, 1);
    bench.weld(true);
    bench.send('rest 1');
    await answers(bench, 1);
    energise(bench, 2, 60_000);
    bench.weld(false);
    await bench.pass(300);
    assert.is(bench.level(), 'energised');
  });

  check('whatever is no order energises nothing and is answered', async (bench) => {
    await answers(bench, 1);
    for (const order of NO_ORDERS) {
      bench.send(order.replace('NOW', String(bench.nowMs())));
      const [answer = ''] = await answers(bench, 1);
      assert.match(answer, /^\d+ failed /, JSON.stringify(order));
      assert.is(bench.level(), 'rest', JSON.stringify(order));
    }
  });

  it.run();
}
