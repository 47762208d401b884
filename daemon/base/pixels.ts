/** A decoded picture: `width * height` pixels of `channels` bytes, row by row without padding. */
export interface Pixels {
  data: Uint8Array;
  width: number;
  height: number;
  /** 1 grey, 2 grey and alpha, 3 RGB, 4 RGB and alpha. */
  channels: number;
}
