import type { CameraSteering, Exposure } from './camera.ts';
import { controlsIn, type Control } from './v4l2-controls.ts';

/** Of a device's controls, those of its exposure. */
export interface ExposureControls {
  mode: Control;
  time: Control;
  gain: Control | undefined;
  autoGain: Control | undefined;
  /** Whether the automatic mode may make frames longer than was asked for. */
  frameRate: Control | undefined;
}

/** V4L2_EXPOSURE_MANUAL; the others are automatic, but for V4L2_EXPOSURE_SHUTTER_PRIORITY. */
const MANUAL = 1;
const SHUTTER_PRIORITY = 2;
/** V4L2_CID_EXPOSURE_ABSOLUTE counts in 100 µs (the kernel's "Camera Control Reference"). */
const UNIT_US = 100;
/**
 * V4L2_CID_GAIN has no unit. It is taken as linear, from 1 at its lowest to this at its highest, more than most cameras have:
 * taken for too much, a correction of the exposure falls short and another follows; taken for too little, it would overshoot.
 */
const MOST_GAIN = 16;

/** The exposure's controls in a listing of v4l2-ctl, by their names of today and those of older kernels; or why it cannot be steered by them. */
export function exposureControlsIn(listing: string): ExposureControls | string {
  const controls = controlsIn(listing);
  const named = (...names: string[]): Control | undefined => names.map((name) => controls.get(name)).find((it) => it && it.min < it.max);
  const mode = named('auto_exposure', 'exposure_auto');
  const time = named('exposure_time_absolute', 'exposure_absolute');
  if (!mode || !time || time.max < 1) return 'it has no exposure control';
  if (!mode.items.includes(MANUAL)) return 'it has no manual exposure';
  return { mode, time, gain: named('gain'), autoGain: named('gain_automatic', 'autogain'), frameRate: named('exposure_dynamic_framerate', 'exposure_auto_priority') };
}

/** An exposure lasts no longer than a frame: a camera would cut it off, or give fewer frames. */
export function limitsOf({ time, gain }: ExposureControls, framesPerSecond: number): Pick<CameraSteering, 'exposureUs' | 'gain'> {
  const min = Math.max(1, time.min) * UNIT_US;
  return {
    exposureUs: { min, max: Math.max(min, Math.min(time.max * UNIT_US, 1e6 / framesPerSecond)) },
    gain: { min: 1, max: gain ? MOST_GAIN : 1 },
  };
}

// ---- What is to be set, in v4l2-ctl's words: `name=value,name=value` ----

/** Takes the exposure over. By itself, for many a camera refuses exposure and gain while they are automatic. */
export function takingOver({ mode, autoGain, frameRate }: ExposureControls): string {
  return words([[mode, MANUAL], [autoGain, 0], [frameRate?.value === 0 ? undefined : frameRate, 0]]);
}

export function exposing({ time, gain }: ExposureControls, { exposureUs, gain: times }: Exposure): string {
  const share = (times - 1) / (MOST_GAIN - 1);
  return words([[time, nearest(time, exposureUs / UNIT_US)], [gain, gain ? nearest(gain, gain.min + share * (gain.max - gain.min)) : 0]]);
}

/** Everything as it was found; by the camera's defaults where it was found manual, which a daemon that was killed leaves behind. */
export function givingBack({ mode, gain, autoGain, frameRate }: ExposureControls): string {
  const before = (control: Control | undefined): [Control | undefined, number] => [control, (mode.value === MANUAL ? control?.default : control?.value) ?? 0];
  const automatic = [mode.value, mode.default, ...mode.items].find((it) => it !== MANUAL && it !== SHUTTER_PRIORITY);
  return words([[mode, automatic ?? mode.value], before(gain), before(autoGain), before(frameRate)]);
}

function words(settings: [Control | undefined, number][]): string {
  return settings.flatMap(([control, value]) => (control ? [`${control.name}=${value}`] : [])).join(',');
}

function nearest({ min, max, step }: Control, value: number): number {
  const steps = Math.round((value - min) / step);
  return min + step * Math.min(Math.floor((max - min) / step), Math.max(0, steps));
}
