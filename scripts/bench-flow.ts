/**
 * Measures the way of a frame: handed over → relay driver called, offline, with a list of 250,000 tokens, the event
 * committed with synchronous=FULL in between. Run by `npm run bench`.
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { DoorIo } from '../drivers/door-io/door-io.ts';
import { SimulatedDoorIo } from '../drivers/door-io/simulated.ts';
import { TokenListStore } from '../daemon/access/token-list-store.ts';
import { TrustedTime } from '../daemon/access/trusted-time.ts';
import { Validator } from '../daemon/access/validator.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { rawPublicKey, signerFromSeed } from '../daemon/base/ed25519.ts';
import type { Frame } from '../daemon/base/frame.ts';
import { ruuidOf, systemRandom } from '../daemon/base/ids.ts';
import type { KeySet } from '../daemon/base/key-set.ts';
import { silentLogger } from '../daemon/base/logger.ts';
import { StatusBoard } from '../daemon/base/status.ts';
import { showingKey, signToken, type Signer } from '../daemon/base/token.ts';
import { encodeEntry, LIST_ENTRY_BYTES } from '../daemon/base/token-list-entry.ts';
import { signListFront } from '../daemon/base/token-list-file.ts';
import { Door } from '../daemon/door/door.ts';
import { Pipeline } from '../daemon/pipeline.ts';
import { EventLog } from '../daemon/record/event-log.ts';
import type { CommitTiming } from '../daemon/record/writer-thread.ts';
import { Evidence } from '../daemon/record/evidence.ts';
import { GarbageTally } from '../daemon/record/garbage-tally.ts';
import { QrReader } from '../daemon/scan/qr.ts';
import { ShowingFilter } from '../daemon/scan/showing-filter.ts';
import type { BenchRow } from './bench-rows.ts';
import { qrSymbol } from './scene/qr-symbol.ts';

const TOKENS = 250_000;
const FRAMES = 300;
const WIDTH = 1280;
const HEIGHT = 720;
const PIXELS_PER_MODULE = 6;
const DAY_S = 86_400;
/** More than are taken while the frames of a run are shown. */
const SWAPS = 40;
const DOOR_TIMES = { unlockMs: 5_000, extendedUnlockMs: 15_000, heldOpenMs: 30_000, heldOpenWarningMs: 10_000, rexTimeMs: 10_000, rexStuckMs: 60_000 };
const WALL = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, i) => 110 + ((i * 2_654_435_761) >>> 28));

const STAGES = ['hand-over to the decoder and back', 'decode', 'decide', 'commit: queue', 'commit: disk', 'to the relay driver', 'whole', 'all but decode and disk'] as const;
type Stage = (typeof STAGES)[number];
type Sample = Record<Stage, number>;

/** Rows for the frames without, and for those with, a list swap under way. */
export async function benchFlow(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const site = new BenchSite(dir);
  const rig = await Rig.open(dir, site);
  try {
    for (const file of site.newLists(1)) await rig.lists.offer(file);
    for (let i = 0; i < 20; i++) await rig.show(await frameOf(site.token(i)));
    const calm: Sample[] = [];
    for (let i = 0; i < FRAMES; i++) calm.push(await rig.show(await frameOf(site.token(20 + i))));
    const swapping = new Swapping(site.newLists(SWAPS), rig.lists);
    const busy: Sample[] = [];
    for (let i = 0; i < FRAMES; i++) busy.push(await rig.show(await frameOf(site.token(20 + FRAMES + i))));
    const swaps = await swapping.end();
    return [...rowsOf('', calm), ...rowsOf(`, ${swaps} list swaps meanwhile`, busy)];
  } finally {
    await rig.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

function rowsOf(suffix: string, samples: Sample[]): BenchRow[] {
  return STAGES.flatMap((stage) => {
    const sorted = samples.map((sample) => sample[stage]).sort((a, b) => a - b);
    const at = (share: number): number => sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? NaN;
    const goals = stage === 'all but decode and disk' ? [2, 10] : [undefined, undefined];
    const row = (which: string, value: number, goal: number | undefined): BenchRow => ({ name: `frame to relay${suffix}: ${stage}, ${which}`, value, unit: 'ms', ...(goal !== undefined && { goal }) });
    return [row('median', at(0.5), goals[0]), row('p99', at(0.99), goals[1])];
  });
}

/** An issuer and its list. */
class BenchSite {
  readonly door = randomBytes(16);
  readonly keys: KeySet;
  readonly dir: string;
  readonly #tokenSigner: Signer = signerFromSeed(randomBytes(32));
  readonly #listSigner: Signer = signerFromSeed(randomBytes(32));
  readonly #ids = Array.from({ length: TOKENS }, () => randomBytes(16)).sort((a, b) => Buffer.compare(a, b));
  readonly #block = new Uint8Array(TOKENS * LIST_ENTRY_BYTES);
  readonly #issuedAtS = Math.floor(systemClock.wallMs() / 1000) - 3600;
  #version = 0;

  constructor(dir: string) {
    this.dir = dir;
    this.#ids.forEach((id, i) => encodeEntry({ id, status: 'active', spent: 0 }, this.#block, i * LIST_ENTRY_BYTES));
    const key = (signer: Signer, use: 'token' | 'list'): KeySet['keys'][number] => ({
      id: signer.keyId, use, state: 'active', publicKey: rawPublicKey(signer.privateKey), notBeforeS: this.#issuedAtS - DAY_S, notAfterS: this.#issuedAtS + 30 * DAY_S,
    });
    this.keys = { version: 1, issuedAtS: this.#issuedAtS, listFloor: 0, keys: [key(this.#tokenSigner, 'token'), key(this.#listSigner, 'list')] };
  }

  token(i: number): string {
    return signToken({ id: this.#ids[i] as Uint8Array, doors: [this.door], issuedAtS: this.#issuedAtS, expiresAtS: this.#issuedAtS + DAY_S }, this.#tokenSigner);
  }

  /** Files of ever newer lists, as downloads leave them. Made beforehand: the issuer's work is not the door's. */
  newLists(count: number): string[] {
    const nowS = Math.floor(systemClock.wallMs() / 1000);
    const asOfS = { [Buffer.from(this.#tokenSigner.keyId).toString('hex')]: nowS };
    return Array.from({ length: count }, () => {
      const file = join(this.dir, `offer-${++this.#version}`);
      const head = { door: this.door, version: this.#version, issuedAtS: nowS, expiresAtS: nowS + DAY_S, asOfS };
      writeFileSync(file, Buffer.concat([signListFront(head, this.#block, this.#listSigner), this.#block]));
      return file;
    });
  }
}

/** The parts of the daemon that a frame passes, as `app.ts` puts them together, without a backend. */
class Rig {
  readonly lists: TokenListStore;
  readonly #events: EventLog;
  readonly #door: Door;
  readonly #qr: QrReader;
  readonly #evidence: Evidence;
  readonly #pipeline: Pipeline;
  readonly #relay: TimedRelay;
  #decodeMs = 0;
  #readMs = 0;
  #decideMs = 0;
  #seq = 0;

  static async open(dir: string, site: BenchSite): Promise<Rig> {
    const clock = systemClock;
    const doorUuid = ruuidOf(site.door);
    const status = new StatusBoard(clock);
    const events = await EventLog.open({ dir, doorUuid, clock, clockTrust: () => 'verified', random: systemRandom });
    const relay = new TimedRelay(() => events.lastCommit, new SimulatedDoorIo({ dir: join(dir, 'door'), clock, guard: 'process' }));
    const settings = { ...DOOR_TIMES, rexReleases: false, passageNeedsFirstEntry: true, fireReleases: false, relockOn: 'open' as const };
    const door = new Door({ io: relay.io, clock, settings, state: events.state, status, log: silentLogger, onEvent: (draft) => void events.append(draft) });
    await door.start();
    const evidence = await Evidence.open({ dir: join(dir, 'evidence'), keep: 'off', clock, log: silentLogger, status, maxAgeMs: 1e9, maxBytes: 1e9, clockTrust: () => 'verified', findCodes: async () => [], onEvent: () => undefined });
    const qr = await QrReader.open({ clock, deadlineMs: 1000 });
    return new Rig({ site, events, relay, door, evidence, qr });
  }

  private constructor({ site, events, relay, door, evidence, qr }: { site: BenchSite; events: EventLog; relay: TimedRelay; door: Door; evidence: Evidence; qr: QrReader }) {
    const clock = systemClock;
    const time = new TrustedTime({ clock, state: events.state, rtcHasBattery: true, log: silentLogger });
    this.#events = events;
    this.#door = door;
    this.#qr = qr;
    this.#evidence = evidence;
    this.#relay = relay;
    this.lists = new TokenListStore({ dir: site.dir, door: site.door, keys: () => site.keys, state: events.state, time });
    const validator = new Validator({
      door: site.door, clock, log: silentLogger, state: events.state, onEvent: () => undefined, commitNonce: async () => undefined,
      policy: { maxTokenDays: 31, maxListAgeMs: 1e9, whenNewerThanList: 'deny', whenListStale: 'deny', whenClockUnverified: 'grant', foreignCodes: 'deny', timeZone: 'UTC', schedules: {} },
      time: () => time.read(), keys: () => site.keys, list: () => this.lists.reader, uses: (id) => events.usesOf(id), lockdown: () => false,
    });
    this.#pipeline = new Pipeline({
      validator, events, evidence, door, clock, log: silentLogger, maxFrameAgeMs: 60_000,
      qr: { read: (frame) => this.#read(frame) },
      showings: new ShowingFilter({ rearmMs: 1, retryMs: 3000, maxCodes: 3, keyOf: showingKey }),
      garbage: new GarbageTally({ clock, windowMs: 600_000, maxDifferent: 50, onSummary: () => undefined }),
      onTiming: (stage, ms) => { if (stage === 'decide') this.#decideMs = ms; },
    });
  }

  /** Hands a frame over and resolves when the door has been released for it, and rests again. */
  async show(frame: Omit<Frame, 'seq' | 'arrivedMs'>): Promise<Sample> {
    const startedMs = systemClock.monotonicMs();
    this.#pipeline.offer({ ...frame, seq: ++this.#seq, arrivedMs: startedMs });
    await this.#pipeline.idle();
    const whole = this.#relay.calledAtMs - startedMs;
    if (!(whole > 0)) throw new Error('the frame did not release the door');
    await this.#events.idle();
    const commit = this.#relay.commit;
    await this.#relay.io.rest();
    const sample = {
      'hand-over to the decoder and back': this.#readMs - this.#decodeMs,
      'decode': this.#decodeMs,
      'decide': this.#decideMs,
      'commit: queue': commit.totalMs - commit.commitMs,
      'commit: disk': commit.commitMs,
      'whole': whole,
      'all but decode and disk': whole - this.#decodeMs - commit.commitMs,
    };
    const known = this.#readMs + this.#decideMs + commit.totalMs;
    return { ...sample, 'to the relay driver': whole - known };
  }

  async close(): Promise<void> {
    await this.#pipeline.stop();
    await this.#door.stop();
    await this.#evidence.close();
    await this.#qr.close();
    this.lists.close();
    await this.#events.close();
  }

  async #read(frame: Frame): ReturnType<QrReader['read']> {
    const startedMs = systemClock.monotonicMs();
    const result = await this.#qr.read(frame);
    this.#readMs = systemClock.monotonicMs() - startedMs;
    this.#decodeMs = result.decodeMs;
    return result;
  }
}

/** A door driver that notes when it is called to energise, and what the last commit had taken by then. */
class TimedRelay {
  readonly io: DoorIo;
  calledAtMs = 0;
  commit: CommitTiming = { totalMs: 0, commitMs: 0 };

  constructor(lastCommit: () => CommitTiming | undefined, inner: DoorIo) {
    const note = (): void => {
      this.calledAtMs = systemClock.monotonicMs();
      this.commit = lastCommit() ?? this.commit;
    };
    this.io = new Proxy(inner, {
      get(target, key) {
        const value: unknown = Reflect.get(target, key, target);
        if (key === 'energise') return (leaseMs: number) => { note(); return target.energise(leaseMs); };
        return typeof value === 'function' ? (value.bind(target) as unknown) : value;
      },
    });
  }
}

/** Takes one new list after the other, beside everything else. */
class Swapping {
  #stopped = false;
  readonly #done: Promise<number>;

  constructor(files: string[], lists: TokenListStore) {
    this.#done = this.#swapAll(files, lists);
  }

  /** Resolves to how many were taken. */
  async end(): Promise<number> {
    this.#stopped = true;
    return this.#done;
  }

  async #swapAll(files: string[], lists: TokenListStore): Promise<number> {
    let swaps = 0;
    for (const file of files) {
      if (this.#stopped) break;
      await lists.offer(file);
      swaps++;
    }
    return swaps;
  }
}

/** A code of six pixels a module on a noisy grey wall. */
async function frameOf(text: string): Promise<{ width: number; height: number; luma: Uint8Array }> {
  const { size, dark } = await qrSymbol(text);
  const luma = new Uint8Array(WALL);
  const quiet = 4;
  const side = (size + 2 * quiet) * PIXELS_PER_MODULE;
  const [left, top] = [(WIDTH - side) >> 1, (HEIGHT - side) >> 1];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) {
      const column = Math.floor(x / PIXELS_PER_MODULE) - quiet;
      const row = Math.floor(y / PIXELS_PER_MODULE) - quiet;
      const inside = column >= 0 && row >= 0 && column < size && row < size;
      luma[(top + y) * WIDTH + left + x] = inside && dark[row * size + column] ? 30 : 225;
    }
  }
  return { width: WIDTH, height: HEIGHT, luma };
}
