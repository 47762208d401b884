import { PosternError } from '../../base/errors.ts';

const MOMENT = /^(\d{4}-\d{2}-\d{2})[T ](\d{2}:\d{2})(:\d{2})?(Z|[+-]\d{2}:\d{2})?$/;

/** Whether the machine knows a time zone by that name. */
export function isZone(zone: string): boolean {
  try {
    new Intl.DateTimeFormat('en-GB', { timeZone: zone });
    return /^[A-Za-z]/.test(zone);
  } catch {
    return false;
  }
}

export const ownZone = (): string => new Intl.DateTimeFormat().resolvedOptions().timeZone;

/**
 * Wall milliseconds of `2026-12-24T08:00+01:00`, or of `2026-12-24 08:00` as the clocks in `zone` show it; of a time that
 * is shown twice, the first. Throws PosternError('usage') for what is none, and for a time that is skipped there.
 */
export function momentIn(text: string, zone: string, option: string): number {
  const [, date, time, seconds = ':00', offset] = MOMENT.exec(text.trim()) ?? [];
  const asUtcMs = date === undefined ? NaN : Date.parse(`${date}T${time}${seconds}Z`);
  // Date.parse takes the 31st of a short month for the 1st of the next.
  if (Number.isNaN(asUtcMs) || new Date(asUtcMs).toISOString().slice(0, 10) !== date) throw new PosternError('usage', `${option} takes a time like 2026-12-24T08:00 or 2026-12-24T08:00:00+01:00, not "${text}".`);
  if (offset !== undefined) return Date.parse(`${date}T${time}${seconds}${offset}`);
  const shifts = [asUtcMs - 86_400_000, asUtcMs + 86_400_000].map((ms) => shiftMs(ms, zone));
  const found = [...new Set(shifts)].map((shift) => asUtcMs - shift).filter((ms) => ms + shiftMs(ms, zone) === asUtcMs);
  if (found.length === 0) throw new PosternError('usage', `${option}: ${text} does not exist in ${zone}, where the clocks are put forward over it.`);
  return Math.min(...found);
}

/** How far the clocks in `zone` are ahead of UTC at `ms`. */
function shiftMs(ms: number, zone: string): number {
  const parts = new Intl.DateTimeFormat('en-GB', { timeZone: zone, year: 'numeric', month: '2-digit', day: '2-digit', hour: '2-digit', minute: '2-digit', second: '2-digit', hourCycle: 'h23' }).formatToParts(ms);
  const part = (type: string): string => parts.find((it) => it.type === type)?.value ?? '';
  return Date.parse(`${part('year')}-${part('month')}-${part('day')}T${part('hour')}:${part('minute')}:${part('second')}Z`) - Math.floor(ms / 1000) * 1000;
}
