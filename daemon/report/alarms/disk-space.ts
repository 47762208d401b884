/** Free space by which a disk that was low is no longer: a quarter more, so that one picture more or less flaps nothing. */
const ENOUGH_AGAIN = 1.25;

export function isLow(freeBytes: number, limitBytes: number, wasLow: boolean): boolean {
  return freeBytes < limitBytes * (wasLow ? ENOUGH_AGAIN : 1);
}
