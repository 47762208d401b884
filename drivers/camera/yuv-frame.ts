import type { Picture } from './picture-source.ts';

/** How the bytes of one planar 4:2:0 picture lie: Y, then U, then V; each row may be longer than what it shows. */
export interface YuvLayout {
  width: number;
  height: number;
  /** Bytes from one row of luma to the next; half of it for chroma. */
  rowBytes: number;
}

export function bytesOfYuv({ height, rowBytes }: YuvLayout): number {
  return rowBytes * height + 2 * chromaRowBytes(rowBytes) * Math.ceil(height / 2);
}

/**
 * The picture in `bytes`, which then belong to it: without padding nothing is copied, the planes are views.
 * The bytes of `bytesOfYuv` must be there.
 */
export function yuvPicture(bytes: Uint8Array, layout: YuvLayout): Picture {
  const { width, height, rowBytes } = layout;
  const lumaEnd = rowBytes * height;
  const luma = bytes.subarray(0, lumaEnd);
  const chroma = bytes.subarray(lumaEnd, bytesOfYuv(layout));
  if (rowBytes === width) return { width, height, luma, chroma };
  return {
    width,
    height,
    luma: packed(luma, rowBytes, width, height),
    chroma: packed(chroma, chromaRowBytes(rowBytes), Math.ceil(width / 2), 2 * Math.ceil(height / 2)),
  };
}

function chromaRowBytes(rowBytes: number): number {
  return Math.ceil(rowBytes / 2);
}

function packed(from: Uint8Array, rowBytes: number, width: number, rows: number): Uint8Array {
  const to = new Uint8Array(width * rows);
  for (let row = 0; row < rows; row++) to.set(from.subarray(row * rowBytes, row * rowBytes + width), row * width);
  return to;
}
