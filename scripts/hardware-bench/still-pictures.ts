import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import sharp from 'sharp';
import { Scene } from '../scene/scene.ts';
import { Studio } from '../scene/studio.ts';
import { HOLD, comes } from '../sessions/one-visit.ts';

/** Small, for an emulated processor decodes it, and what the virtual camera of camera.sh gives. */
export const STILL = { width: 640, height: 480 };
const COMES_AT_MS = 1_000;
/** The phone is held still by then, and close, for the picture is small. */
const HELD_AT_MS = COMES_AT_MS + 2_400;

/** Paints hall.yuv and token.yuv into `dir`: what a camera that looks into the hall sees before and while `text` is held up. */
export async function paintStills(dir: string, text: string): Promise<void> {
  const studio = new Studio({ ...STILL, lighting: 'day', quality: 90, seed: 7 });
  const actors = await comes(studio, { who: 'guest', shows: text, startMs: COMES_AT_MS, hold: { ...HOLD, z: 0.17 } });
  const scene = new Scene({ camera: studio.camera, hall: studio.hall, actors });
  for (const [name, atMs] of [['hall', 0], ['token', HELD_AT_MS]] as const) {
    const luma = await sharp(await studio.sensor.expose(scene.pictureAt(atMs), scene.keyAt(atMs))).greyscale().raw().toBuffer();
    await writeFile(join(dir, `${name}.yuv`), yuv420(luma));
  }
}

/** 4:2:0 of limited range, its chroma saying "no colour". */
function yuv420(luma: Uint8Array): Buffer {
  const out = Buffer.alloc(luma.length * 1.5, 128);
  luma.forEach((value, i) => (out[i] = 16 + (value * 219) / 255));
  return out;
}
