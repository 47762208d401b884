import { VirtualClock } from '../../daemon/base/clock.ts';
import { PosternError } from '../../daemon/base/errors.ts';
import type { EventDraft } from '../../daemon/base/events.ts';
import type { CodeSeen, Frame, Quad } from '../../daemon/base/frame.ts';
import { silentLogger } from '../../daemon/base/logger.ts';
import type { UseOfToken } from '../../daemon/base/token-use.ts';
import type { DenialReason, Verdict } from '../../daemon/base/verdict.ts';
import type { Decision } from '../../daemon/access/validator.ts';
import type { ReleaseOutcome } from '../../daemon/door/door.ts';
import type { DoorStateName } from '../../daemon/door/door-state.ts';
import { Pipeline, type PipelineOptions } from '../../daemon/pipeline.ts';
import { GarbageTally } from '../../daemon/record/garbage-tally.ts';
import { ShowingFilter } from '../../daemon/scan/showing-filter.ts';
import type { ScanResult } from '../../daemon/scan/scan-result.ts';

export const RETRY_MS = 3_000;
export const MAX_FRAME_AGE_MS = 300;

/** A code `side` pixels wide in a picture. */
export function codeSeen(text: string, side = 100, left = 0): CodeSeen {
  return { text, quad: [{ x: left, y: 0 }, { x: left + side, y: 0 }, { x: left + side, y: side }, { x: left, y: side }] };
}

export function granted(tokenId: string, changes: { counts?: 0 | 1; extended?: boolean } = {}): Decision {
  const use: UseOfToken = { tokenId, counts: changes.counts ?? 1, atMs: 0 };
  return { tokenId, verdict: { outcome: 'granted', source: 'offline', rule: 'listed', extended: changes.extended ?? false, use } };
}

export function denied(reason: DenialReason, tokenId = 'somebody'): Decision {
  return { tokenId, verdict: { outcome: 'denied', source: 'local', reason } };
}

/** Of a code that no issuer signed: it goes by its digest. */
export function unsigned(reason: DenialReason, digest: string): Decision {
  return { digest, verdict: { outcome: 'denied', source: 'local', reason } };
}

export const noBackend: Decision = { tokenId: 'somebody', verdict: { outcome: 'unavailable', cause: 'backend' } };
export const diskFails = (): PosternError => new PosternError('storage', 'The disk fails.', { transient: true });

/** Sees in each frame whatever is held up when it is looked at. */
export class ScriptedReader {
  inView: CodeSeen[] = [];
  problem: string | undefined;
  readonly looked: number[] = [];
  /** What happens while a frame is looked at. */
  meanwhile: () => Promise<void> | void = () => undefined;

  async read(frame: Frame): Promise<ScanResult> {
    this.looked.push(frame.seq);
    await this.meanwhile();
    const { problem } = this;
    return { codes: problem === undefined ? this.inView : [], located: [], dull: false, lumaMs: 0, decodeMs: 0, ...(problem !== undefined && { problem }) };
  }
}

/** Decides as it is told to. */
export class ScriptedValidator {
  readonly decisions = new Map<string, Decision | Error>();
  readonly asked: string[] = [];
  meanwhile: () => Promise<void> | void = () => undefined;

  async decide(text: string): Promise<Decision> {
    this.asked.push(text);
    await this.meanwhile();
    const decision = this.decisions.get(text);
    if (decision === undefined) throw new TypeError(`no decision on ${text}`);
    if (decision instanceof Error) throw decision;
    return decision;
  }
}

export interface Captured {
  attemptId: string;
  outcome: Verdict['outcome'];
  seq: number;
  codes: Quad[];
}

/** The pipeline between parts that keep what they were told; the showing filter and the garbage tally are the real ones. */
export class PipelineSituation {
  readonly clock: VirtualClock;
  readonly reader = new ScriptedReader();
  readonly validator = new ScriptedValidator();
  /** What was done, in its order. */
  readonly did: string[] = [];
  readonly events: EventDraft[] = [];
  readonly uses: (UseOfToken | undefined)[] = [];
  readonly captured: Captured[] = [];
  readonly remembered: { seq: number; codes: Quad[] }[] = [];
  readonly summaries: EventDraft[] = [];
  readonly pipeline: Pipeline;
  /** What becomes of a commit. */
  commit: () => Promise<void> = async () => undefined;
  /** What becomes of a release. */
  release: ReleaseOutcome = 'released';
  readonly doorView: { state: DoorStateName } = { state: 'locked' };
  #ids = 0;
  #frames = 0;

  constructor(changes: Partial<PipelineOptions> = {}, clock = new VirtualClock()) {
    this.clock = clock;
    this.pipeline = new Pipeline({
      clock, log: silentLogger, qr: this.reader, validator: this.validator, maxFrameAgeMs: MAX_FRAME_AGE_MS,
      showings: new ShowingFilter({ rearmMs: 1_500, retryMs: RETRY_MS, maxCodes: 3, keyOf: (text) => text }),
      garbage: new GarbageTally({ clock, windowMs: 600_000, maxDifferent: 50, onSummary: (draft) => this.summaries.push(draft) }),
      events: { newId: () => `attempt ${++this.#ids}`, append: (drafts, use) => this.#append(drafts, use) },
      evidence: {
        remember: (frame, codes) => void this.remembered.push({ seq: frame.seq, codes }),
        capture: (attemptId, outcome, frame, codes) => {
          this.did.push(`picture ${outcome}`);
          this.captured.push({ attemptId, outcome, seq: frame.seq, codes });
        },
      },
      door: {
        view: this.doorView,
        grant: async ({ extended }) => {
          this.did.push(extended ? 'relay, extended' : 'relay');
          return this.release;
        },
      },
      ...changes,
    });
  }

  get relayMoves(): number {
    return this.did.filter((what) => what.startsWith('relay')).length;
  }

  frame(arrivedMs = this.clock.monotonicMs()): Frame {
    return { seq: ++this.#frames, arrivedMs, width: 640, height: 480, luma: new Uint8Array(0) };
  }

  /** A frame comes and is worked on to its end. */
  async look(): Promise<void> {
    this.pipeline.offer(this.frame());
    await this.pipeline.idle();
  }

  /** The camera looks for so long, ten times a second. */
  async lookFor(ms: number): Promise<void> {
    for (let passed = 0; passed < ms; passed += 100) {
      await this.look();
      this.clock.advance(100);
    }
  }

  async #append(drafts: EventDraft | EventDraft[], use?: UseOfToken): Promise<[]> {
    const types = [drafts].flat().map(({ type }) => type).join();
    this.did.push(`asked to commit ${types}`);
    await this.commit();
    this.did.push(`committed ${types}`);
    this.events.push(...[drafts].flat());
    this.uses.push(use);
    return [];
  }
}
