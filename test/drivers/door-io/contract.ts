import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { DoorIo, DoorIoSink } from '../../../drivers/door-io/door-io.ts';

/** A driver and the world on the other side of its wires. */
export interface DoorIoBench {
  io: DoorIo;
  /** Another driver on the same wires, as the next run of the daemon opens it. */
  another(): DoorIo;
  /** The relay as someone with a voltmeter sees it. */
  outside(): 'energised' | 'rest';
  /** Lets time pass, a virtual clock's or the real one's. */
  pass(ms: number): Promise<void>;
  moveContact(now: 'closed' | 'open'): void;
  moveRex(now: 'idle' | 'active'): void;
  /** The `green` output as someone sees it; every bench has that one wired, and no other. */
  green(): boolean;
  /** True where nobody else can have the lines while a driver holds them. */
  isExclusive?: true;
  /** Makes switching it off fail, or mends it. */
  breakGreen?(broken: boolean): void;
  /** Sticks the relay as it is energised, or frees it. */
  weld?(welded: boolean): void;
  close(): Promise<void>;
}

/**
 * What a driver may lack. `relay`: the relay is another controller's, so no lease ends by us, nothing is rested or read back,
 * and there is no guard. `inputs`, `outputs`: none can be wired.
 */
type Lack = 'relay' | 'inputs' | 'outputs';

/** That a driver lacks what it is let off. */
const LACKS: Record<Lack, (io: DoorIo) => void> = {
  relay: (io) => assert.type(io.cannotHold, 'string'),
  inputs: (io) => assert.equal(io.inputs, { contact: 'absent', rex: 'absent', fire: 'absent', tamper: 'absent' }),
  outputs: (io) => assert.is(io.outputs, undefined),
};

/** Whether the output shows `on` now or in a moment; a driver may have another process switch it. */
async function greenComes(bench: DoorIoBench, on: boolean): Promise<boolean> {
  for (let waits = 0; waits < 200 && bench.green() !== on; waits++) await bench.pass(5);
  return bench.green() === on;
}

/** Everything a driver told, in words. */
class HeardSink implements DoorIoSink {
  readonly heard: string[] = [];

  contact(now: string): void {
    this.heard.push(`contact ${now}`);
  }

  rex(now: string): void {
    this.heard.push(`rex ${now}`);
  }

  fire(now: string): void {
    this.heard.push(`fire ${now}`);
  }

  relayFault(detail: string | undefined): void {
    this.heard.push(detail === undefined ? 'well' : 'fault');
  }
}

/** Long enough for a busy machine; nothing here measures speed. */
const PATIENCE_MS = 10_000;

type Run = (bench: DoorIoBench, sink: HeardSink) => Promise<void>;

/**
 * What `DoorIo` promises, for every driver. `found` is the level the relay has before the driver starts; what a driver
 * `lacks` is checked to be lacking, and the promises that need it are left out.
 */
export function doorIoContract(name: string, open: (found: 'energised' | 'rest') => Promise<DoorIoBench>, lacks: readonly Lack[] = []): void {
  const it = suite(name);

  const check = (situation: string, needs: readonly Lack[], run: Run, found: 'energised' | 'rest' = 'rest'): void => {
    if (needs.some((each) => lacks.includes(each))) return;
    it(situation, async () => {
      const bench = await open(found);
      const sink = new HeardSink();
      try {
        await bench.io.start(sink);
        await run(bench, sink);
      } finally {
        await bench.io.stop();
        await bench.close();
      }
    });
  };

  const until = async (bench: DoorIoBench, what: string, isSo: () => boolean): Promise<void> => {
    for (let waitedMs = 0; !isSo(); waitedMs += 20) {
      if (waitedMs > PATIENCE_MS) assert.unreachable(`${what} within ${PATIENCE_MS} ms`);
      await bench.pass(20);
    }
  };

  const restsUntil = (bench: DoorIoBench): Promise<void> => until(bench, 'the relay rests', () => bench.outside() === 'rest' && bench.io.relay === 'rest');

  check('start brings a relay that was left energised to rest [S1]', ['relay'], async (bench) => {
    assert.is(bench.outside(), 'rest');
    assert.is(bench.io.relay, 'rest');
    const { contact, rex } = bench.io.inputs;
    assert.equal({ contact, rex }, { contact: 'closed', rex: 'idle' });
  }, 'energised');

  check('energise resolves with the relay energised, which rests by itself at the end of the lease [S1]', [], async (bench, sink) => {
    await bench.io.energise(400);
    assert.is(bench.outside(), 'energised');
    assert.is(bench.io.relay, 'energised');
    await restsUntil(bench);
    assert.equal(sink.heard, []);
  });

  check('a shorter lease replaces a longer one', ['relay'], async (bench) => {
    await bench.io.energise(60_000);
    await bench.io.energise(300);
    await restsUntil(bench);
  });

  check('a longer lease replaces a shorter one, and nothing adds up', ['relay'], async (bench) => {
    await bench.io.energise(300);
    await bench.io.energise(60_000);
    await bench.pass(800);
    assert.is(bench.outside(), 'energised');
    for (let i = 0; i < 5; i++) await bench.io.energise(400);
    await restsUntil(bench);
  });

  check('renewed leases hold the relay', ['relay'], async (bench) => {
    for (let i = 0; i < 4; i++) {
      await bench.io.energise(2_000);
      await bench.pass(250);
      assert.is(bench.outside(), 'energised');
    }
  });

  check('rest de-energises at once, ends the lease, and may come twice', ['relay'], async (bench, sink) => {
    await bench.io.energise(300);
    await bench.io.rest();
    assert.is(bench.outside(), 'rest');
    await bench.io.rest();
    await bench.io.energise(60_000);
    await bench.pass(600);
    assert.is(bench.outside(), 'energised', 'the first lease is forgotten');
    assert.equal(sink.heard, []);
  });

  check('rest right behind an energise that nobody waited for wins', [], async (bench) => {
    const energised = bench.io.energise(60_000);
    await bench.io.rest();
    await energised;
    assert.is(bench.outside(), 'rest');
    assert.is(bench.io.relay, 'rest');
  });

  check('the contact is told once a change', ['inputs'], async (bench, sink) => {
    bench.moveContact('open');
    await until(bench, 'open is told', () => sink.heard.length > 0);
    assert.is(bench.io.inputs.contact, 'open');
    bench.moveContact('closed');
    await until(bench, 'closed is told', () => sink.heard.length > 1);
    await bench.pass(200);
    assert.equal(sink.heard, ['contact open', 'contact closed']);
  });

  check('a request to exit is told at its beginning and its end [S2]', ['inputs'], async (bench, sink) => {
    bench.moveRex('active');
    await until(bench, 'active is told', () => sink.heard.length > 0);
    assert.is(bench.io.inputs.rex, 'active');
    bench.moveRex('idle');
    await until(bench, 'idle is told', () => sink.heard.length > 1);
    assert.equal(sink.heard, ['rex active', 'rex idle']);
  });

  check('a relay that does not rest is a fault, told before rest rejects, and is told to be well again', ['relay'], async (bench, sink) => {
    if (!bench.weld) return;
    await bench.io.energise(60_000);
    bench.weld(true);
    const thrown = await bench.io.rest().then(() => undefined, (error: unknown) => error);
    assert.equal(sink.heard, ['fault']);
    assert.instance(thrown, PosternError);
    assert.is(bench.io.relay, 'energised');
    bench.weld(false);
    await bench.io.rest();
    assert.equal(sink.heard, ['fault', 'well']);
    assert.is(bench.outside(), 'rest');
  });

  check('a relay that is still energised at the end of its lease is a fault', ['relay'], async (bench, sink) => {
    if (!bench.weld) return;
    await bench.io.energise(300);
    bench.weld(true);
    await until(bench, 'the fault is told', () => sink.heard.includes('fault'));
    bench.weld(false);
  });

  check('stop rests the relay, may come twice, and nothing is told afterwards', ['relay', 'inputs'], async (bench, sink) => {
    await bench.io.energise(60_000);
    await bench.io.stop();
    assert.is(bench.outside(), 'rest');
    await bench.io.stop();
    bench.moveContact('open');
    bench.moveRex('active');
    await bench.pass(200);
    assert.equal(sink.heard, []);
  });

  check('outputs are those that are wired, and switch on and off', ['outputs'], async (bench, sink) => {
    const { green, ...others } = bench.io.outputs ?? {};
    assert.equal(others, {});
    assert.ok(await greenComes(bench, false));
    for (const on of [true, true, false, false, true]) {
      green?.set(on);
      assert.ok(await greenComes(bench, on));
    }
    assert.equal(sink.heard, []);
  });

  check('an output switched a thousand times leaves the relay and its lease alone [S1]', ['outputs', 'relay'], async (bench, sink) => {
    await bench.io.energise(60_000);
    for (let i = 0; i < 1_000; i++) bench.io.outputs?.green?.set(i % 2 === 0);
    assert.is(bench.outside(), 'energised');
    await bench.io.energise(300);
    bench.io.outputs?.green?.set(true);
    await restsUntil(bench);
    assert.ok(await greenComes(bench, true));
    assert.equal(sink.heard, []);
  });

  check('start and stop leave an output off, and after stop it stays off', ['outputs'], async (bench) => {
    const green = bench.io.outputs?.green;
    green?.set(true);
    // As a daemon that was killed leaves it; the kernel takes a line of a character device back by itself.
    if (bench.isExclusive) await bench.io.stop();
    const next = bench.another();
    await next.start(new HeardSink());
    assert.ok(await greenComes(bench, false));
    next.outputs?.green?.set(true);
    await next.stop();
    assert.ok(await greenComes(bench, false));
    next.outputs?.green?.set(true);
    assert.ok(await greenComes(bench, false));
  });

  check('an output that cannot be switched off says so with the mend, is no fault of the door, and works again when it is mended', ['outputs'], async (bench, sink) => {
    if (!bench.breakGreen) return;
    bench.breakGreen(true);
    for (let i = 0; i < 3; i++) assert.throws(() => bench.io.outputs?.green?.set(false), (thrown: unknown) => thrown instanceof PosternError && /green/.test(thrown.message));
    await bench.io.energise(60_000);
    assert.is(bench.outside(), 'energised');
    const startAnother = async (): Promise<void> => {
      const next = bench.another();
      await next.start(new HeardSink());
      await next.stop();
    };
    if (!bench.isExclusive) await startAnother();
    bench.breakGreen(false);
    bench.io.outputs?.green?.set(true);
    assert.ok(await greenComes(bench, true));
    assert.equal(sink.heard, []);
    if (!bench.isExclusive) return;
    bench.breakGreen(true);
    await bench.io.stop();
    await startAnother();
  });

  check('the next driver on the same wires works', ['relay'], async (bench) => {
    await bench.io.energise(60_000);
    await bench.io.stop();
    const next = bench.another();
    await next.start(new HeardSink());
    await next.energise(60_000);
    assert.is(bench.outside(), 'energised');
    await next.stop();
    assert.is(bench.outside(), 'rest');
  });

  for (const lack of lacks) {
    check(`it has no ${lack} of its own, so that what is promised of them does not apply`, [], async (bench) => LACKS[lack](bench.io));
  }

  it.run();
}
