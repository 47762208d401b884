/** A picture in shades of grey that is only looked at: `width * height` bytes, row by row without padding. */
export interface GreyPicture {
  data: Uint8Array;
  width: number;
  height: number;
}

/** A working buffer of at least `length` bytes: `old` where it is long enough, so that a frame allocates nothing. */
export function roomFor(old: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  return old.length >= length ? old : new Uint8Array(length);
}
