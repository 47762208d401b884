import type { PictureKind } from '../base/events.ts';

const CROCKFORD = '0123456789ABCDEFGHJKMNPQRSTVWXYZ';
const ULID = /^[0-7][0-9A-HJKMNP-TV-Z]{25}$/;
const FILE = /^(?<day>\d{4}-\d{2}-\d{2})\/(?<attemptId>[0-7][0-9A-HJKMNP-TV-Z]{25})(-(approach|scan|entry)\.jpg|\.hold)$/;
/** 9999-12-31T23:59:59.999Z: later days have no four-digit year. */
const MAX_TIME_MS = 253_402_300_799_999;

/** Wall milliseconds of an attempt, which its ULID begins with; undefined when it is no ULID. */
export function attemptMs(attemptId: string): number | undefined {
  if (!ULID.test(attemptId)) return undefined;
  const ms = [...attemptId.slice(0, 10)].reduce((sum, digit) => sum * 32 + CROCKFORD.indexOf(digit), 0);
  return ms <= MAX_TIME_MS ? ms : undefined;
}

/** Where a picture is stored below the evidence folder: `2026-03-02/01KJPX5XW0…-scan.jpg`, by the UTC day of the attempt. */
export function picturePath(attemptId: string, kind: PictureKind): string {
  return `${dayAndId(attemptId)}-${kind}.jpg`;
}

/** The file whose presence keeps an attempt's pictures from being deleted. */
export function holdPath(attemptId: string): string {
  return `${dayAndId(attemptId)}.hold`;
}

/** The attempt a file of the evidence folder belongs to; undefined for what is none of ours. */
export function attemptOf(path: string): string | undefined {
  const { day, attemptId } = FILE.exec(path)?.groups ?? {};
  return attemptId !== undefined && dayAndId(attemptId) === `${day}/${attemptId}` ? attemptId : undefined;
}

function dayAndId(attemptId: string): string {
  const atMs = attemptMs(attemptId);
  if (atMs === undefined) throw new TypeError('pictures are stored by the ULID of their attempt');
  return `${new Date(atMs).toISOString().slice(0, 10)}/${attemptId}`;
}
