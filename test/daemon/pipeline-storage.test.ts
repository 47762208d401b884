import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { silentLogger } from '../../daemon/base/logger.ts';
import { StatusBoard } from '../../daemon/base/status.ts';
import { Door } from '../../daemon/door/door.ts';
import type { EventLog } from '../../daemon/record/event-log.ts';
import { logFiles } from '../../daemon/record/log-files.ts';
import { LogReader } from '../../daemon/record/log-reader.ts';
import { SimulatedDoorIo } from '../../drivers/door-io/simulated.ts';
import { codeSeen, denied, granted, PipelineSituation } from '../support/pipeline-situation.ts';
import { settings } from './door/specimens.ts';
import { openLog } from './record/opened-log.ts';

/** The pipeline between the real event log and a real door machine on a simulated relay. */
interface RealSituation {
  it: PipelineSituation;
  log: EventLog;
  dir: string;
  relay: () => string;
  /** What was on disk each time the relay was energised: types of events, and uses of the visitor's token. */
  onDisk: { types: string[]; counted: number }[];
}

function withRealDoor(body: (situation: RealSituation) => Promise<void>): () => Promise<void> {
  return async () => {
    const dir = mkdtempSync(join(tmpdir(), 'postern-pipeline-'));
    const { log, clock } = await openLog(dir);
    const onDisk: RealSituation['onDisk'] = [];
    const io = new WatchedDoorIo({ dir: join(dir, 'door'), clock, guard: 'in-process' }, () => onDisk.push(readBack(dir)));
    const door = new Door({ io, clock, settings, state: log.state, status: new StatusBoard(clock), log: silentLogger, onEvent: (draft) => void log.append(draft) });
    await door.start();
    const it = new PipelineSituation({ events: log, door }, clock);
    it.reader.inView = [codeSeen('visitor')];
    try {
      await body({ it, log, dir, onDisk, relay: () => readFileSync(join(dir, 'door', 'relay'), 'utf8').trim() });
    } finally {
      await door.stop();
      await log.close();
      rmSync(dir, { recursive: true });
    }
  };
}

/** Tells when it is asked for the relay, before it moves. */
class WatchedDoorIo extends SimulatedDoorIo {
  readonly #onEnergise: () => void;

  constructor(options: ConstructorParameters<typeof SimulatedDoorIo>[0], onEnergise: () => void) {
    super(options);
    this.#onEnergise = onEnergise;
  }

  override energise(leaseMs: number): Promise<void> {
    this.#onEnergise();
    return super.energise(leaseMs);
  }
}

/** By a connection of its own, which sees what is committed and nothing else. */
function readBack(dir: string): RealSituation['onDisk'][number] {
  const reader = LogReader.open(logFiles(dir).db);
  try {
    return { types: reader.query().map(({ type }) => type), counted: reader.usesOf('visitor').counted };
  } finally {
    reader.close();
  }
}

test('[S3] when the relay is asked for, the grant and the use of the token are on disk', withRealDoor(async ({ it, onDisk, relay }) => {
  it.validator.decisions.set('visitor', granted('visitor'));
  await it.look();
  assert.equal(onDisk, [{ types: ['access-granted'], counted: 1 }]);
  assert.is(relay(), '1');
}));

test('[S6] a denied code is on disk and leaves the relay at rest', withRealDoor(async ({ it, log, onDisk, relay }) => {
  it.validator.decisions.set('visitor', denied('revoked', 'visitor'));
  await it.look();
  assert.equal(log.query().map(({ type }) => type), ['access-denied']);
  assert.equal(onDisk, []);
  assert.is(relay(), '0');
}));

test('[S3] a disk that takes over 2 s: the relay stays at rest, also when the commit comes through later', withRealDoor(async ({ it, log, dir, onDisk, relay }) => {
  it.validator.decisions.set('visitor', granted('visitor'));
  const other = new Database(logFiles(dir).db);
  other.exec('BEGIN IMMEDIATE');
  const looked = it.look();
  // By then the reader and the validator have answered, and the commit is asked for.
  await new Promise((resolve) => setImmediate(resolve));
  it.clock.advance(2_001);
  await looked;
  assert.equal(it.captured.map(({ outcome }) => outcome), ['unavailable']);
  other.exec('ROLLBACK');
  other.close();
  await log.idle();
  assert.equal(onDisk, [], 'an opening may be lost');
  assert.is(relay(), '0');
  const late = readBack(dir);
  assert.is(late.counted, late.types.length, 'the event and the use, both or neither');
}));

test('[S3] a log that is closed under way: the attempt has no verdict, the relay stays at rest', withRealDoor(async ({ it, log, onDisk, relay }) => {
  it.validator.decisions.set('visitor', granted('visitor'));
  it.validator.meanwhile = () => log.close();
  await it.look();
  assert.equal(it.captured.map(({ outcome }) => outcome), ['unavailable']);
  assert.equal(onDisk, []);
  assert.is(relay(), '0');
}));

test('[S1] a release ends by itself after the unlock time, whatever the pipeline does', withRealDoor(async ({ it, log, relay }) => {
  it.validator.decisions.set('visitor', granted('visitor'));
  await it.look();
  await it.pipeline.stop();
  await log.idle();
  assert.is(relay(), '1');
  it.clock.advance(settings.unlockMs);
  await log.idle();
  assert.is(relay(), '0');
  assert.equal(log.query().map(({ type }) => type), ['access-granted', 'door-released', 'door-relocked']);
}));

test.run();
