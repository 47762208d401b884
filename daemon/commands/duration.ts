import { PosternError } from '../base/errors.ts';

const UNIT_S: Record<string, number> = { s: 1, m: 60, h: 3_600, d: 86_400 };

/** The seconds of `90s`, `30m`, `24h` or `7d`. Throws PosternError('usage'). */
export function durationS(text: string, option: string): number {
  const [, count, unit] = /^(\d{1,8})([smhd])$/.exec(text) ?? [];
  if (count === undefined || unit === undefined) throw new PosternError('usage', `${option} takes a number with its unit: 90s, 30m, 24h or 7d.`);
  return Number(count) * (UNIT_S[unit] as number);
}
