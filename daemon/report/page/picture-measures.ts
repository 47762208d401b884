import type { LiveMeasures } from './api.ts';

/** Of every so many rows, that is. */
const ROW_STRIDE = 4;
/** Pixels over which an edge is followed. */
const REACH = 4;
/** Grey levels: what rises by less is noise or a soft shadow. */
const EDGE = 32;
/** With fewer edges than these nothing can be said. */
const LEAST_EDGES = 50;

/** How sharp and how light a picture is, from its luma. A tenth of a millisecond for 640 × 360. */
export function measuresOf(luma: Uint8Array, width: number, height: number): Pick<LiveMeasures, 'focus' | 'light'> {
  let [sum, count, edges, steepness] = [0, 0, 0, 0];
  for (let row = 0; row < height; row += ROW_STRIDE) {
    const end = (row + 1) * width - REACH;
    for (let at = row * width; at < end; at += REACH) {
      const value = luma[at] as number;
      sum += value;
      count++;
      const rise = Math.abs((luma[at + REACH] as number) - value);
      if (rise < EDGE) continue;
      edges++;
      steepness += steepest(luma, at) / rise;
    }
  }
  return { focus: focusOf(edges < LEAST_EDGES ? 0 : steepness / edges), light: lightOf(count === 0 ? 0 : sum / count) };
}

function steepest(luma: Uint8Array, from: number): number {
  let most = 0;
  for (let at = from; at < from + REACH; at++) most = Math.max(most, Math.abs((luma[at + 1] as number) - (luma[at] as number)));
  return most;
}

/** An edge in one pixel has all of its rise in its steepest step; one that is blurred over all four a quarter. */
function focusOf(steepness: number): LiveMeasures['focus'] {
  const value = Math.round(Math.min(1, Math.max(0, (steepness - 1 / REACH) / (1 - 1 / REACH))) * 100);
  return { value, word: value < 25 ? 'blurred' : value < 40 ? 'soft' : 'sharp' };
}

function lightOf(mean: number): LiveMeasures['light'] {
  const value = Math.round(mean);
  return { value, word: value < 45 ? 'dark' : value > 210 ? 'bright' : 'good' };
}
