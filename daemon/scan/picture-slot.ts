import type { Frame } from '../base/frame.ts';
import type { DecodeRequest } from './decode-thread.ts';

/**
 * Memory shared with the decode thread that each picture is copied into: the frame's own buffers stay intact for the
 * evidence, and handing over is one copy. It grows to the biggest picture seen and is bounded by `maxPixels` [S9].
 */
export class PictureSlot {
  readonly #maxPixels: number;
  #shared = new SharedArrayBuffer(0);

  constructor(maxPixels: number) {
    this.#maxPixels = maxPixels;
  }

  /** Copies the frame's luma, or else its JPEG; a sentence when there is nothing that could be decoded. */
  fill(frame: Frame): Omit<DecodeRequest, 'look' | 'halvings'> | string {
    const { width, height, luma, jpeg } = frame;
    const picture = luma ?? jpeg;
    if (!picture) return 'The frame has neither luma nor JPEG.';
    if (luma && !(Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && luma.length === width * height)) {
      return `The frame's luma of ${luma.length} bytes is not ${width} × ${height} pixels.`;
    }
    // A JPEG of more bytes than it may have pixels is no picture of a camera.
    if (picture.length > this.#maxPixels) return `The picture of ${picture.length} bytes is over the limit of ${this.#maxPixels}.`;
    if (picture.length > this.#shared.byteLength) this.#shared = new SharedArrayBuffer(picture.length);
    const bytes = new Uint8Array(this.#shared, 0, picture.length);
    bytes.set(picture);
    return { format: luma ? 'luma' : 'jpeg', bytes, width, height, atMs: frame.arrivedMs, ...(frame.isShort && { isShort: true }) };
  }
}
