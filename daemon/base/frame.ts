/** A point in a picture: x to the right, y down, in pixels from the top left corner. */
export interface Point {
  x: number;
  y: number;
}

/** The corners of a code in the picture, in the code's own order: top left, top right, bottom right, bottom left. */
export type Quad = readonly [Point, Point, Point, Point];

/**
 * One picture from a camera. At least one of `jpeg` and `luma` is there.
 * The buffers belong to the frame: nobody writes into them after it is handed over.
 */
export interface Frame {
  /** Counts up by one a frame within one run of the camera. */
  seq: number;
  /** Monotonic milliseconds at which the driver had the whole picture [S4]. */
  arrivedMs: number;
  width: number;
  height: number;
  /** The picture as the camera compressed it (colour where the camera has it). */
  jpeg?: Uint8Array;
  /** `width * height` bytes, row by row without padding, 0 black to 255 white. */
  luma?: Uint8Array;
  /**
   * The colours that belong to a luma of limited range (16 black to 235 white; ITU-R BT.601), at half its size: the U and
   * then the V plane, each `ceil(width / 2) * ceil(height / 2)` bytes without padding.
   */
  chroma?: Uint8Array;
  /** The short one of two exposures in turn, for what shines by itself: of the hall there is little to see in it. */
  isShort?: true;
}

/** One code read in a frame. */
export interface CodeSeen {
  text: string;
  quad: Quad;
  /** The extra look that read it; absent: the plain pass. */
  look?: string;
  /** A second extra look at the same picture read the same. */
  agreed?: true;
}

/** A code that is there and could not be read. */
export interface Located {
  quad: Quad;
  /** Pixels a module, about: it is not known how many modules the code has. */
  modulePx: number;
  /** Grey levels (of 255) between its dark and its light. */
  contrast: number;
  /** Grey level of its light. */
  light: number;
  /** 1: its edges are as sharp as pixels are; near 0: blurred away. */
  sharpness: number;
  /** It reaches to or over the picture's edge. */
  cutOff: boolean;
}

/** Area of a quadrilateral in square pixels (shoelace formula). */
export function quadArea(quad: Quad): number {
  let twice = 0;
  quad.forEach((p, i) => {
    const q = quad[(i + 1) % 4] as Point;
    twice += p.x * q.y - q.x * p.y;
  });
  return Math.abs(twice) / 2;
}
