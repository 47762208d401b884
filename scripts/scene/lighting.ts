/** Linear light: red, green, blue; 1 is what white paper gives back under the hall's lamps by day. */
export type Colour = readonly [number, number, number];

/** What lights the hall, and how the camera has set itself to it. */
export interface Lighting {
  /** The ceiling lamps, 1 by day. */
  lamps: number;
  /** Through the glass door at the far end. */
  daylight: number;
  /** From everywhere. */
  ambient: number;
  /** Linear light is multiplied by it before it is coded. */
  exposure: number;
  /** What falls on someone who stands at the door, facing it. */
  atDoor: number;
  /** White on a phone's screen, as the camera exposes it. */
  screen: number;
  /** Deviation of the sensor's noise in coded steps of 255: gained up, it grows. */
  noise: number;
  /** Light strayed in the lens, added to every pixel in coded steps: a bright door behind the visitor washes the picture out. */
  veil: number;
}

export const lightings = {
  day: { lamps: 1, daylight: 1, ambient: 0.16, exposure: 1.5, atDoor: 0.5, screen: 0.95, noise: 0.8, veil: 0 },
  night: { lamps: 0.035, daylight: 0.004, ambient: 0.012, exposure: 1.9, atDoor: 0.04, screen: 0.8, noise: 9, veil: 2 },
  backLight: { lamps: 0.12, daylight: 14, ambient: 0.1, exposure: 0.62, atDoor: 0.2, screen: 0.5, noise: 1.5, veil: 38 },
} as const satisfies Record<string, Lighting>;

const CODED = Uint8Array.from({ length: 4097 }, (_, i) => Math.round(255 * coded(i / 4096)));

/** The byte for a linear value, with a soft shoulder where highlights would clip. */
export function byteOf(linear: number): number {
  const rolled = linear < 0.7 ? linear : 1 - 0.3 / (1 + (linear - 0.7) / 0.3);
  return CODED[Math.min(4096, Math.max(0, (rolled * 4096) | 0))] as number;
}

/** The linear value of a byte, without the shoulder. */
export function linearOf(byte: number): number {
  const value = byte / 255;
  return value <= 0.04045 ? value / 12.92 : ((value + 0.055) / 1.055) ** 2.4;
}

/** IEC 61966-2-1 (sRGB). */
function coded(linear: number): number {
  return linear <= 0.0031308 ? linear * 12.92 : 1.055 * linear ** (1 / 2.4) - 0.055;
}
