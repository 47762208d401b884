import { once } from 'node:events';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { Worker, isMainThread, parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { doorCamera } from '../scene/pinhole.ts';
import { WELL_SHOWN, firstWellShown } from './frame-truth.ts';
import type { Outcome } from './outcome.ts';
import { randomSession } from './random-session.ts';
import { SessionPainter } from './session-painter.ts';
import type { PaintedSession } from './session-painter.ts';
import { readSession } from './session-reader.ts';

export interface RandomRun {
  width: number;
  height: number;
  seed: number;
  count: number;
  lookMs: number;
  /** Where frames of well shown codes that were not read are put. */
  missesDir?: string;
}

interface Part {
  run: RandomRun;
  /** Every `jobs`th session from the `job`th on. */
  job: number;
  jobs: number;
}

/** Paints and reads so many random sessions on `jobs` threads; those in which a code was whole in view, in no particular order. */
export async function randomRun(run: RandomRun, jobs: number, onDone: () => void): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const take = (outcome: Outcome | undefined): void => {
    if (outcome) outcomes.push(outcome);
    onDone();
  };
  if (jobs === 1) await part({ run, job: 0, jobs: 1 }, take);
  else await Promise.all(Array.from({ length: jobs }, (_, job) => inThread({ run, job, jobs }, take)));
  return outcomes;
}

async function inThread(workerPart: Part, take: (outcome: Outcome | undefined) => void): Promise<void> {
  const worker = new Worker(new URL(import.meta.url), { workerData: workerPart });
  worker.on('message', take);
  const [code] = await once(worker, 'exit') as [number];
  if (code !== 0) throw new Error(`a thread that painted sessions ended with code ${code}`);
}

async function part({ run, job, jobs }: Part, take: (outcome: Outcome | undefined) => void): Promise<void> {
  const camera = doorCamera(run.width, run.height);
  const painter = new SessionPainter(camera);
  for (let n = job; n < run.count; n += jobs) {
    const session = randomSession(`${run.seed}/${n}`, camera);
    const painted = await painter.paint(session);
    const outcome = await readSession(session, painted, run);
    if (run.missesDir !== undefined && outcome?.wellShown && outcome.frames === undefined) await keepFrames(session.seed, painted, run.missesDir);
    take(outcome);
  }
}

async function keepFrames(seed: string, painted: PaintedSession, dir: string): Promise<void> {
  mkdirSync(dir, { recursive: true });
  const first = firstWellShown(painted.truths) as number;
  for (let n = first; n < first + WELL_SHOWN.frames; n++) {
    const { data, width, height } = await painted.frame(n);
    await sharp(data, { raw: { width, height, channels: 1 } }).png().toFile(join(dir, `${seed.replace('/', '-')}-${n}.png`));
  }
}

if (!isMainThread && parentPort) await part(workerData as Part, (outcome) => parentPort?.postMessage(outcome));
