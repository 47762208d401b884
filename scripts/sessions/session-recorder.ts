import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { SessionInput } from '../../drivers/session.ts';
import type { Scene } from '../scene/scene.ts';
import type { Sensor } from '../scene/sensor.ts';

export interface RecordingOptions {
  /** The session's folder; pictures that are in it go, its expected events stay. */
  dir: string;
  /** The first line of inputs.jsonl. */
  head: object;
  scene: Scene;
  sensor: Sensor;
  durationMs: number;
  fps: number;
  /** Everything but the frames, by rising `atMs`. */
  inputs?: SessionInput[];
  onProgress?: (done: number, total: number) => void;
}

/** Two pictures under way: one is drawn while the one before is compressed on another thread. */
const AT_ONCE = 2;

/** Records what the camera would: one JPEG for each picture that differs, and inputs.jsonl. */
export async function recordSession(options: RecordingOptions): Promise<void> {
  const { dir, head, fps, durationMs, inputs = [] } = options;
  await rm(join(dir, 'frames'), { recursive: true, force: true });
  await mkdir(join(dir, 'frames'), { recursive: true });
  const moments = Array.from({ length: Math.floor((durationMs * fps) / 1000) + 1 }, (_, i) => Math.round((i * 1000) / fps));
  const files = await exposeAll(options, moments);
  const frames = moments.map((atMs): SessionInput => ({ atMs, frame: files.get(options.scene.keyAt(atMs)) as string }));
  // At one moment the wires come before the picture: sorting is stable.
  const all = [...inputs, ...frames].sort((a, b) => a.atMs - b.atMs);
  await writeFile(join(dir, 'inputs.jsonl'), [head, ...all].map((line) => `${JSON.stringify(line)}\n`).join(''));
}

/** Writes the picture of every key that comes up; returns the files by key. */
async function exposeAll({ dir, scene, sensor, onProgress }: RecordingOptions, moments: number[]): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  const underWay: Promise<void>[] = [];
  for (const [i, atMs] of moments.entries()) {
    const key = scene.keyAt(atMs);
    if (!files.has(key)) {
      const file = `frames/${String(files.size + 1).padStart(4, '0')}.jpg`;
      files.set(key, file);
      if (underWay.length >= AT_ONCE) await underWay.shift();
      const written = sensor.expose(scene.pictureAt(atMs), key).then((jpeg) => writeFile(join(dir, file), jpeg));
      // A failure is told where it is awaited, a picture later.
      written.catch(() => undefined);
      underWay.push(written);
    }
    onProgress?.(i + 1, moments.length);
  }
  await Promise.all(underWay);
  return files;
}
