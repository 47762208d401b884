/** What a request asks of a file: all of it, the bytes from `start` to before `end`, or bytes it does not have. */
export type RangeAsked = 'all' | 'unsatisfiable' | { start: number; end: number };

/**
 * Reads a Range header (RFC 9110 §14.2) for a file of `length` bytes. Several ranges, other units and what is no range are ignored,
 * as the RFC allows: the asker gets all.
 */
export function rangeAsked(header: string | undefined, length: number): RangeAsked {
  const match = /^bytes=[\t ]*(\d{0,15})-(\d{0,15})[\t ]*$/i.exec(header ?? '');
  const [, first = '', last = ''] = match ?? [];
  if (first === '' && last === '') return 'all';
  // §14.1.2: `-N` is the last N bytes.
  if (first === '') return last === '0' || length === 0 ? 'unsatisfiable' : { start: Math.max(0, length - Number(last)), end: length };
  if (last !== '' && Number(last) < Number(first)) return 'all';
  if (Number(first) >= length) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? length : Math.min(length, Number(last) + 1) };
}
