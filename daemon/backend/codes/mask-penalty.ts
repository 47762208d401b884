/**
 * How hard a QR code is to read (ISO/IEC 18004 §7.8.3.1): long runs of one colour, blocks of one colour, what looks like a
 * finder pattern, and more of one colour than of the other. `dark` is row by row: 1 dark, 0 light.
 */
export function penaltyOf(dark: Uint8Array, side: number): number {
  let penalty = imbalanceOf(dark);
  for (let line = 0; line < side; line++) {
    penalty += linePenalty(dark, line * side, 1, side) + linePenalty(dark, line, side, side);
  }
  for (let at = 0; at < dark.length - side; at++) {
    if ((at + 1) % side === 0) continue;
    const sum = (dark[at] as number) + (dark[at + 1] as number) + (dark[at + side] as number) + (dark[at + side + 1] as number);
    if (sum === 0 || sum === 4) penalty += 3;
  }
  return penalty;
}

/** The ratio 1:1:3:1:1 with four light modules before or after it. */
const FINDER_THEN_LIGHT = 0b10111010000;
const LIGHT_THEN_FINDER = 0b00001011101;

function linePenalty(dark: Uint8Array, from: number, step: number, side: number): number {
  let penalty = 0;
  let run = 0;
  let last = -1;
  let eleven = 0;
  for (let n = 0, at = from; n < side; n++, at += step) {
    const module = dark[at] as number;
    run = module === last ? run + 1 : 1;
    last = module;
    // Five are 3, and each one more is 1.
    if (run === 5) penalty += 3;
    else if (run > 5) penalty += 1;
    eleven = ((eleven << 1) | module) & 0x7ff;
    if (n >= 10 && (eleven === FINDER_THEN_LIGHT || eleven === LIGHT_THEN_FINDER)) penalty += 40;
  }
  return penalty;
}

/** 10 for each full 5 % by which the dark modules are away from half. */
function imbalanceOf(dark: Uint8Array): number {
  let count = 0;
  for (const module of dark) count += module;
  return Math.floor(Math.abs(count * 20 - dark.length * 10) / dark.length) * 10;
}
