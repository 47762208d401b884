import type { CodeSeen } from '../base/frame.ts';

/** What one look at one frame came to. */
export interface ScanResult {
  /** In no particular order; corners in pixels of the picture that was decoded. */
  codes: CodeSeen[];
  /** The picture was black, blown out or flat, and not looked at further. */
  dull: boolean;
  /** Time to bring the luma to the decoder, milliseconds: for a JPEG, to decompress it. */
  lumaMs: number;
  /** Time in the decoder, milliseconds. */
  decodeMs: number;
  /** Why the picture could not be looked at, in a sentence. There are no codes then. */
  problem?: string;
}

/** The answer for a picture that could not be looked at. */
export function unread(problem: string): ScanResult {
  return { codes: [], dull: false, lumaMs: 0, decodeMs: 0, problem };
}
