import type { HintReason } from '../../base/scan-hint.ts';

/** How long a finding counts. */
const WINDOW_MS = 1_500;
/** A hint appears after so many findings of the same: half a second of them at 10 frames a second, looked at every second one. */
const LEAST_FINDINGS = 3;
/** A hint that has been read takes a second; another one comes no sooner. */
const STANDS_MS = 1_200;
/** By so many findings another one must lead. */
const LEAD = 2;
/** Findings at 30 frames a second for the whole window [S9]. */
const MOST_KEPT = 64;

/** Makes one calm hint of what each look finds: it comes after the same finding several times, and one at a time. */
export class SteadyHint {
  #findings: { reason: HintReason; atMs: number }[] = [];
  #shown: HintReason | undefined;
  #sinceMs = 0;

  /** Takes what one look found and gives what is to be shown. */
  next(reason: HintReason | undefined, atMs: number): HintReason | undefined {
    if (reason !== undefined) this.#findings.push({ reason, atMs });
    this.#findings = this.#findings.filter((finding) => atMs - finding.atMs < WINDOW_MS).slice(-MOST_KEPT);
    if (this.#findings.length === 0) this.#show(undefined, atMs);
    else this.#consider(atMs);
    return this.#shown;
  }

  /** A code was read: nothing is to be shown, and nothing counts that was found before. */
  clear(): void {
    this.#findings = [];
    this.#shown = undefined;
  }

  #consider(atMs: number): void {
    const [first, count] = this.#commonest();
    if (count < LEAST_FINDINGS || first === this.#shown || count < this.#countOf(this.#shown) + LEAD) return;
    if (this.#shown === undefined || atMs - this.#sinceMs >= STANDS_MS) this.#show(first, atMs);
  }

  #countOf(reason: HintReason | undefined): number {
    return reason === undefined ? -LEAD : this.#findings.filter((finding) => finding.reason === reason).length;
  }

  /** The latest among equals. */
  #commonest(): [HintReason | undefined, number] {
    const counts = new Map<HintReason, number>();
    for (const { reason } of this.#findings.toReversed()) counts.set(reason, (counts.get(reason) ?? 0) + 1);
    return [...counts].reduce<[HintReason | undefined, number]>((best, each) => (each[1] > best[1] ? each : best), [undefined, 0]);
  }

  #show(reason: HintReason | undefined, atMs: number): void {
    if (reason !== this.#shown) this.#sinceMs = atMs;
    this.#shown = reason;
  }
}
