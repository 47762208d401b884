import type { CameraSteering, Exposure } from '../../../drivers/camera/camera.ts';

export type SensorLimits = Pick<CameraSteering, 'exposureUs' | 'gain'>;

/** Longer than this a hand that is held as still as can be smears a module of a code at arm's length. */
const LONGEST_US = 33_000;
/** What a hand that moves may move meanwhile: at 0.2 m/s half a millimetre, half a module of a phone's code. */
export const LONGEST_SHORT_US = 2_500;

/** How much is seen with an exposure: light counts as long as it is let in and as often as it is amplified. */
export const totalOf = ({ exposureUs, gain }: Exposure): number => exposureUs * gain;

/**
 * The exposure for the hall that makes a `total`. Lamps on the mains flicker with twice its frequency: from one such
 * period on it lasts whole ones, so that each frame and each of its rows gets the same light; the gain makes up the rest.
 */
export function longExposure(total: number, { exposureUs, gain }: SensorLimits, flickerUs: number): Exposure {
  const periods = Math.min(Math.floor(total / gain.min / flickerUs), Math.floor(Math.min(LONGEST_US, exposureUs.max) / flickerUs));
  const lasting = periods >= 1 ? periods * flickerUs : within(total / gain.min, { ...exposureUs, max: Math.min(exposureUs.max, LONGEST_US) });
  return { exposureUs: lasting, gain: within(total / lasting, gain) };
}

/** The exposure for a screen, which has light of its own and no need of the mains': short, and only then amplified. */
export function shortExposure(total: number, { exposureUs, gain }: SensorLimits): Exposure {
  const lasting = within(total / gain.min, { min: exposureUs.min, max: Math.max(exposureUs.min, Math.min(exposureUs.max, LONGEST_SHORT_US)) });
  return { exposureUs: lasting, gain: within(total / lasting, gain) };
}

const within = (value: number, { min, max }: { min: number; max: number }): number => Math.min(max, Math.max(min, value));
