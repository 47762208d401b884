import type { lightings } from '../scene/lighting.ts';
import { gaussian, seededRandom } from '../scene/random.ts';
import type { Random } from '../scene/random.ts';
import type { Pose } from '../scene/pinhole.ts';

export const FPS = 15;
/** As many modules a side as a door's code has. */
export const MODULES = 49;
/** A token's text is so long, in base45's letters; the first ones say what it is. */
const TEXT_LENGTH = 184;
const LETTERS = '0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ $%*+-./:';
const DURATION_MS = 2200;
/** Nobody holds a code nearer to the lens. */
const NEAREST_M = 0.12;
/** From the middle of what is held to the end of the sleeve: tilted, it must stay in front of the camera. */
const FARTHEST_M = 0.3;

/** All that makes one painted visit, by its seed. */
export interface RandomSession {
  seed: string;
  light: keyof typeof lightings;
  shows: 'phone' | 'print';
  text: string;
  /** The code's side. */
  codeM: number;
  /** A dimmed screen or more or less light on the paper: luma is multiplied by it. */
  gain: number;
  /** Where it is held and on which way it comes and goes; milliseconds from the first frame. */
  poses: (Pose & { atMs: number })[];
  /** 1 is a calm hand. */
  tremor: number;
  shutterMs: number;
  /** What is so far away is sharp, and how wide a point blurs per dioptre off it. */
  lens: { focusM: number; blurPxPerDioptre: number };
  /** How wide a point is at its sharpest, pixels: lenses are not perfect, and colours are interpolated between pixels. */
  softPx: number;
  /** Of the light's own noise. */
  noise: number;
  /** Of the JPEG; absent: the camera hands over luma. */
  quality?: number;
  /** A lamp in the glass; metres from the phone's middle. */
  glare?: { x: number; y: number; radiusM: number };
  /** The screen's pixels. */
  lattice?: { strength: number; pitchM: number };
  durationMs: number;
}

/** What a size of picture means for a session: pixels a metre at one metre. */
export interface Eye {
  width: number;
  height: number;
  focalPx: number;
}

/** Someone comes, holds a code to the camera for about a second, and goes; near or far, aslant, in any light. */
export function randomSession(seed: string, eye: Eye): RandomSession {
  const random = seededRandom(seed);
  const shows = random() < 0.65 ? 'phone' : 'print';
  const codeM = within(random, 0.035, 0.065);
  const light = (['day', 'day', 'night', 'backLight'] as const)[Math.floor(random() * 4)] as RandomSession['light'];
  const session: RandomSession = {
    seed, shows, codeM, light,
    text: `PT1:${Array.from({ length: TEXT_LENGTH - 4 }, () => LETTERS[Math.floor(random() * LETTERS.length)]).join('')}`,
    // Paper at night has no light of its own; whoever shows some stands under a lamp.
    gain: shows === 'phone' ? within(random, 0.4, 1.05) : within(random, 0.6, 1.4) * (light === 'night' ? 2.5 : 1),
    poses: posesOf(random, codeM, eye), tremor: even(random, 0.3, 3), shutterMs: even(random, 2, 33),
    lens: { focusM: within(random, 0.2, 0.7), blurPxPerDioptre: (within(random, 0.2, 1.5) * eye.focalPx) / 1024 },
    softPx: within(random, 1, 2), noise: within(random, 0.5, 2), durationMs: DURATION_MS,
  };
  if (random() < 0.7) session.quality = Math.round(within(random, 35, 90));
  if (shows === 'phone' && random() < 0.35) session.glare = { x: within(random, -0.035, 0.035), y: within(random, -0.06, 0.05), radiusM: within(random, 0.004, 0.014) };
  if (shows === 'phone' && random() < 0.6) session.lattice = { strength: within(random, 0.03, 0.3), pitchM: within(random, 0.000_05, 0.000_1) };
  return session;
}

/** From below or beside the picture into it, held or slowly moved there, and out again. */
function posesOf(random: Random, codeM: number, eye: Eye): RandomSession['poses'] {
  const held = heldPose(random, codeM, eye);
  const arrivesMs = within(random, 350, 750);
  const leavesMs = arrivesMs + within(random, 900, 1300);
  const drift = random() < 0.3 ? within(random, 0.02, 0.06) : 0;
  const moved = { ...held, x: held.x + drift * within(random, -1, 1), y: held.y + 0.6 * drift * within(random, -1, 1), z: held.z * (1 + drift * within(random, -2, 2)) };
  const lowered: Pose = { x: held.x + within(random, -0.1, 0.15), y: held.z * 0.6 + 0.2, z: held.z * within(random, 1, 1.5), roll: held.roll + 10, pitch: held.pitch, yaw: held.yaw };
  return [{ atMs: 0, ...lowered }, { atMs: arrivesMs, ...held }, { atMs: leavesMs, ...moved }, { atMs: DURATION_MS, ...lowered }];
}

/** Anywhere in the picture, two to ten pixels a module, mostly turned a little and now and then a lot. */
function heldPose(random: Random, codeM: number, { width, height, focalPx }: Eye): Pose {
  const modulePx = even(random, 2.2, Math.min(10, height / MODULES / 1.6, (focalPx * codeM) / (MODULES * NEAREST_M)));
  const z = (focalPx * codeM) / (MODULES * modulePx);
  const freeX = Math.max(0, width / 2 - modulePx * MODULES * 0.8);
  const freeY = Math.max(0, height / 2 - modulePx * MODULES * 0.8);
  const turn = random();
  const quarter = turn < 0.08 ? 180 : turn < 0.16 ? 90 : turn < 0.24 ? -90 : 0;
  const steepest = Math.min(50, Math.asin(Math.min(1, z / FARTHEST_M)) * (180 / Math.PI) * 0.6);
  const tilt = (): number => Math.max(-steepest, Math.min(steepest, gaussian(random) * 17));
  return {
    x: (within(random, -0.85, 0.85) * freeX * z) / focalPx, y: (within(random, -0.85, 0.85) * freeY * z) / focalPx, z,
    roll: quarter + gaussian(random) * 15, pitch: tilt(), yaw: tilt(),
  };
}

function within(random: Random, least: number, most: number): number {
  return least + random() * (most - least);
}

/** As many between 2 and 4 as between 4 and 8. */
function even(random: Random, least: number, most: number): number {
  return least * (most / least) ** random();
}
