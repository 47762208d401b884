import type { GreyPicture } from '../base/grey-picture.ts';

/** Each grey value's new one. */
export type Tones = Uint8Array;

/** Brightens what is dark (`gamma` below 1) or darkens what is light (above 1). */
export function gammaTones(gamma: number): Tones {
  return Uint8Array.from({ length: 256 }, (_, value) => Math.round(255 * (value / 255) ** gamma));
}

/** Black for the darkest `share` of the picture, white for the rest: a code in light so strong that its dark modules are grey. */
export function thresholdTones({ data }: GreyPicture, share: number): Tones {
  const counts = new Uint32Array(256);
  for (const value of data) counts[value] = (counts[value] as number) + 1;
  let [threshold, below] = [0, 0];
  while (threshold < 255 && (below += counts[threshold] as number) < share * data.length) threshold++;
  return Uint8Array.from({ length: 256 }, (_, value) => (value <= threshold ? 0 : 255));
}

export function applyTones({ data }: GreyPicture, tones: Tones, into: Uint8Array): void {
  for (let i = 0; i < data.length; i++) into[i] = tones[data[i] as number] as number;
}
