import type { StatusBoard } from '../../base/status.ts';
import type { GateReason } from './gate.ts';

const EVERY_MS = 10_000;

/** Frames by what became of them. */
export type GateCounts = Record<GateReason | 'decoded', number>;

/** Counts what the gate does with the frames and tells it as the part `gate`, by the frames' own time. */
export class GateTally {
  readonly #status: StatusBoard;
  readonly #sinceStart = zeros();
  #lately = zeros();
  #toldAtMs: number | undefined;

  constructor(status: StatusBoard) {
    this.#status = status;
  }

  /** Since the start. */
  get counts(): GateCounts {
    return { ...this.#sinceStart };
  }

  /** Takes one frame of the stream: why it was kept from the decoder, if it was. */
  count(gated: GateReason | undefined, atMs: number): void {
    this.#toldAtMs ??= atMs;
    this.#lately[gated ?? 'decoded']++;
    this.#sinceStart[gated ?? 'decoded']++;
    if (atMs - this.#toldAtMs < EVERY_MS) return;
    this.#status.report('gate', 'ok', gateText(this.#lately, this.#sinceStart, (atMs - this.#toldAtMs) / 1000));
    this.#lately = zeros();
    this.#toldAtMs = atMs;
  }
}

function zeros(): GateCounts {
  return { decoded: 0, unchanged: 0, dull: 0, blurred: 0 };
}

/** What the gate did in the last `seconds` and since the start. */
function gateText(lately: GateCounts, sinceStart: GateCounts, seconds: number): string {
  return `${shares(lately)} in the last ${Math.round(seconds)} s; since the start ${shares(sinceStart)}.`;
}

function shares({ decoded, unchanged, dull, blurred }: GateCounts): string {
  const kept = [[unchanged, 'unchanged'], [dull, 'black or blank'], [blurred, 'blurred']] as const;
  const named = kept.filter(([count]) => count > 0).map(([count, why]) => `${count} ${why}`);
  const pictures = decoded + unchanged + dull + blurred;
  return `${decoded} of ${pictures} pictures decoded${named.length > 0 ? ` (not: ${named.join(', ')})` : ''}`;
}
