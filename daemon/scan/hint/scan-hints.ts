import type { Clock, Timer } from '../../base/clock.ts';
import type { Frame, Quad } from '../../base/frame.ts';
import type { Logger } from '../../base/logger.ts';
import { hintText } from '../../base/scan-hint.ts';
import type { HintReason } from '../../base/scan-hint.ts';
import { Furniture } from './furniture.ts';
import { findingOf } from './scan-hint.ts';
import type { Finding, Unread } from './scan-hint.ts';
import { SteadyHint } from './steady-hint.ts';

/** A code that was seen for certain and not yet read. */
interface OpenShowing {
  firstMs: number;
  lastMs: number;
  frame: Frame;
  quads: Quad[];
}

/** A code that was held up, was seen for certain, and went away unread. */
export interface UnreadShowing {
  /** What was last said about it. */
  reason: HintReason;
  /** From the first look at it to the last, milliseconds. */
  forMs: number;
  /** The last frame in which it was seen, and where. */
  frame: Frame;
  quads: Quad[];
}

export interface ScanHintsOptions {
  clock: Clock;
  log: Logger;
  /** Told each time another hint is shown, or none. */
  onHint?: (reason: HintReason | undefined) => void;
  /** Told when a code went away unread. */
  onUnread?: (showing: UnreadShowing) => void;
}

/** A little more than what a hint needs to fade by itself: when no more frames come at all. */
const GONE_MS = 2_000;
/** After a code was read its owner takes it away and need not be told to hold it still. */
const QUIET_AFTER_READ_MS = 3_000;
/** The log has one line for each hint, but no more than one in so long: a crowd of phones is no news. */
const LOG_EVERY_MS = 10_000;

/** Says why a code that is there is not read. It follows the looks at frames and decides nothing else. */
export class ScanHints {
  readonly #o: ScanHintsOptions;
  readonly #steady = new SteadyHint();
  readonly #furniture = new Furniture();
  #shown: HintReason | undefined;
  #sinceMs = 0;
  #showing: OpenShowing | undefined;
  #readMs = -Infinity;
  #gone: Timer | undefined;
  #loggedMs = -Infinity;

  constructor(options: ScanHintsOptions) {
    this.#o = options;
  }

  /** What is shown now, since when by the wall clock. */
  get current(): { reason: HintReason; sinceMs: number } | undefined {
    return this.#shown && { reason: this.#shown, sinceMs: this.#sinceMs };
  }

  /** Takes what one look at one frame came to. */
  see(frame: Frame, unread: Unread): void {
    const { arrivedMs: atMs, width, height } = frame;
    if (unread.codes.length > 0) return this.#read(atMs);
    const finding = atMs - this.#readMs < QUIET_AFTER_READ_MS ? undefined : findingOf(unread, width, height);
    // A short exposure is dark on purpose.
    if (finding?.reason === 'more-light' && frame.isShort) return;
    const isNews = finding && !this.#furniture.isAt(finding.quad, atMs) ? finding : undefined;
    if (isNews) this.#found(isNews, frame);
    this.#show(this.#steady.next(isNews?.reason, atMs));
  }

  /** Nothing is shown any more; a code that is in view counts as gone. */
  stop(): void {
    this.#end();
  }

  #read(atMs: number): void {
    this.#readMs = atMs;
    this.#showing = undefined;
    this.#steady.clear();
    this.#show(undefined);
  }

  #found({ quad, sure }: Finding, frame: Frame): void {
    this.#gone?.cancel();
    this.#gone = this.#o.clock.after(GONE_MS, () => this.#end());
    if (sure) this.#showing = { firstMs: this.#showing?.firstMs ?? frame.arrivedMs, lastMs: frame.arrivedMs, frame, quads: [quad] };
    else if (this.#showing) this.#showing.lastMs = frame.arrivedMs;
  }

  /** Nothing was found for a while, or nothing comes any more. */
  #end(): void {
    this.#gone?.cancel();
    this.#steady.clear();
    this.#show(undefined);
    this.#showing = undefined;
  }

  #show(reason: HintReason | undefined): void {
    if (reason === this.#shown) return;
    // What no hint stood for passed by; what one stood for was held up.
    if (reason === undefined && this.#showing && this.#shown) this.#tellUnread(this.#showing, this.#shown);
    if (reason === undefined) this.#showing = undefined;
    this.#shown = reason;
    this.#sinceMs = this.#o.clock.wallMs();
    if (reason !== undefined) this.#logOf(reason);
    this.#o.onHint?.(reason);
  }

  #tellUnread({ frame, quads, firstMs, lastMs }: OpenShowing, reason: HintReason): void {
    this.#o.onUnread?.({ reason, forMs: Math.round(lastMs - firstMs), frame, quads });
  }

  #logOf(reason: HintReason): void {
    const nowMs = this.#o.clock.monotonicMs();
    if (nowMs - this.#loggedMs < LOG_EVERY_MS) return;
    this.#loggedMs = nowMs;
    this.#o.log.info(`A code is held up and not read. To whoever holds it: ${hintText[reason]}`, { hint: reason });
  }
}
