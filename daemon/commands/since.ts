import { systemClock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { durationS } from './duration.ts';

/** The wall milliseconds of `--since`: so long ago, or a moment. Throws PosternError('usage'). */
export function sinceMs(text: string): number {
  if (/^\d+[a-z]$/.test(text)) return systemClock.wallMs() - durationS(text, '--since') * 1000;
  const ms = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  if (Number.isNaN(ms)) throw new PosternError('usage', '--since takes 90s, 30m, 24h or 7d, or a moment as 2026-03-02T09:00:00Z.');
  return ms;
}
