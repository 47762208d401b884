/** Every fourth pixel of every fourth row: the smallest readable code (21 modules of 2.3 pixels) still gets over a hundred samples. */
const STRIDE = 4;

/**
 * Below this difference between the darkest and the brightest sample (of 255) a picture is dull.
 * Half of the least contrast that the decoder reads, so that the gate never costs a read.
 */
const LEAST_RANGE = 8;

/** True when a picture is black, blown out or flat all over, so that there is nothing to decode in it. */
export function isDull(luma: Uint8Array, width: number, height: number): boolean {
  let darkest = 255;
  let brightest = 0;
  for (let row = 0; row < height; row += STRIDE) {
    const end = (row + 1) * width;
    for (let at = row * width; at < end; at += STRIDE) {
      const value = luma[at] as number;
      if (value < darkest) darkest = value;
      if (value > brightest) brightest = value;
    }
    if (brightest - darkest >= LEAST_RANGE) return false;
  }
  return true;
}
