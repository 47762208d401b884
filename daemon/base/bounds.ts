/** 9999-12-31T23:59:59Z: the last second that a `Date` writes with a year of four digits. */
export const MAX_TIME_S = 253_402_300_799;

/** Whether what was read, and may be anything, is a byte string of that length. */
export function isBytes(value: unknown, length: number): value is Uint8Array {
  return value instanceof Uint8Array && value.length === length;
}

export function isWhole(value: unknown, least: number, most = Number.MAX_SAFE_INTEGER): value is number {
  return Number.isSafeInteger(value) && (value as number) >= least && (value as number) <= most;
}

/** Whether it is a whole second since the epoch that a `Date` can hold. */
export function isSecond(value: unknown, least = 0, most = MAX_TIME_S): value is number {
  return isWhole(value, least, most);
}
