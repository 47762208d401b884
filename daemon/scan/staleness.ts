import type { Frame } from '../base/frame.ts';

/** True when a frame arrived longer than `maxAgeMs` ago: no verdict may come from it [S4]. */
export function isStale(frame: Pick<Frame, 'arrivedMs'>, nowMs: number, maxAgeMs: number): boolean {
  return nowMs - frame.arrivedMs > maxAgeMs;
}
