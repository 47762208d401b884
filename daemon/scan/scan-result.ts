import { isAmong } from './same-place.ts';
import type { CodeSeen, Located } from '../base/frame.ts';
import type { Pixels } from '../base/pixels.ts';
import type { GateReason } from './gate/gate.ts';
import type { Glimpse } from './hint/glimpse.ts';
import type { LumaHistogram } from './light/luma-histogram.ts';

/** What one look at one frame came to. */
export interface ScanResult extends Glimpse {
  /** In no particular order; corners in pixels of the picture that was decoded. */
  codes: CodeSeen[];
  /** Codes that are there and could not be read. */
  located: Located[];
  /** The picture was black, blown out or flat, and not looked at further. */
  dull: boolean;
  /** Of the picture; absent where it could not be looked at. */
  histogram?: LumaHistogram;
  /** Of the largest code that was read, located or glimpsed. */
  codeHistogram?: LumaHistogram;
  /** Time to bring the luma to the decoder, milliseconds: for a JPEG, to decompress it. */
  lumaMs: number;
  /** Time in the decoder, milliseconds. */
  decodeMs: number;
  /** Why the gate kept the picture from the decoder; absent: it was decoded. */
  gated?: GateReason;
  /**
   * With `gated: 'unchanged'`, arrival of the first frame that showed what all have shown since, monotonic milliseconds.
   * `codes` and `located` tell where codes were in those of them that were decoded; nothing was read anew.
   */
  stillSinceMs?: number;
  /** The picture in colour, where it was asked for and had to be decompressed anyway. */
  small?: Pixels;
  /** Why the picture could not be looked at, in a sentence. There are no codes then. */
  problem?: string;
}

/** The answer for a picture that could not be looked at. */
export function unread(problem: string): ScanResult {
  return { codes: [], located: [], dull: false, lumaMs: 0, decodeMs: 0, problem };
}

/** What two looks at one picture came to together. A text that two of them read is agreed. */
export function joined(first: ScanResult, second: ScanResult): ScanResult {
  if (second.problem !== undefined) return second;
  const codes = first.codes.map((code) => (code.look !== undefined && second.codes.some(({ text }) => text === code.text) ? { ...code, agreed: true as const } : code));
  codes.push(...second.codes.filter(({ text, quad }) => !first.codes.some((code) => code.text === text && isAmong(quad, [code.quad]))));
  const read = codes.map(({ quad }) => quad);
  const located = [...first.located, ...second.located.filter(({ quad }) => !isAmong(quad, first.located.map((each) => each.quad)))];
  return {
    codes, located: located.filter(({ quad }) => !isAmong(quad, read)), dull: first.dull,
    lumaMs: first.lumaMs + second.lumaMs, decodeMs: first.decodeMs + second.decodeMs,
  };
}

/** Whether nothing is left to find out: each code seen is read, by the plain pass or by two extra looks. */
export function isSettled({ codes, located }: ScanResult): boolean {
  if (codes.some(({ look }) => look === undefined)) return true;
  return codes.length > 0 && located.length === 0 && codes.every(({ agreed }) => agreed === true);
}
