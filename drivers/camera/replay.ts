import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { readSessionSync } from '../session.ts';
import type { Camera, CameraSink } from './camera.ts';
import { loadFrames } from './recorded-frames.ts';
import type { RecordedFrame } from './recorded-frames.ts';

export interface ReplayCameraOptions {
  /** The folder of the recorded session. */
  dir: string;
  clock: Clock;
  /** Begin again, `pauseMs` (at least 1) after the last frame, for ever. */
  loop?: { pauseMs: number };
  /** 2 plays twice as fast as it was recorded. */
  speed?: number;
}

/**
 * Shows the frames of a recorded session at their times. Everything is read in `start`, which throws the PosternError of
 * a bad session or a missing picture, so that on a virtual clock a replay is the same each time.
 */
export class ReplayCamera implements Camera {
  readonly name: string;
  readonly #o: ReplayCameraOptions;
  readonly #speed: number;
  #frames: RecordedFrame[] = [];
  #startedMs = 0;
  /** Frames of the rounds that are over. */
  #seqBefore = 0;
  #timer: Timer | undefined;
  #stopped = false;

  constructor(options: ReplayCameraOptions) {
    this.#o = options;
    this.#speed = options.speed ?? 1;
    this.name = `replay ${options.dir}`;
  }

  start(sink: CameraSink): void {
    if (this.#stopped) return;
    this.#frames = loadFrames(readSessionSync(this.#o.dir));
    this.#begin(0, sink);
  }

  async stop(): Promise<void> {
    this.#stopped = true;
    this.#timer?.cancel();
  }

  #begin(inMs: number, sink: CameraSink): void {
    this.#startedMs = this.#o.clock.monotonicMs() + inMs;
    this.#schedule(0, sink);
  }

  #schedule(index: number, sink: CameraSink): void {
    const delayMs = this.#dueMs(index) - this.#o.clock.monotonicMs();
    this.#timer = this.#o.clock.after(Math.max(0, delayMs), () => this.#deliver(index, sink));
  }

  #deliver(due: number, sink: CameraSink): void {
    const nowMs = this.#o.clock.monotonicMs();
    let index = due;
    // A camera does not queue: after a stall the newest frame that is due is shown and those before it are lost.
    while (index + 1 < this.#frames.length && this.#dueMs(index + 1) <= nowMs) index++;
    const frame = this.#frames[index];
    if (frame) {
      const { jpeg, width, height } = frame;
      sink.frame({ seq: this.#seqBefore + index + 1, arrivedMs: nowMs, width, height, jpeg });
    }
    if (this.#stopped) return;
    if (index + 1 < this.#frames.length) this.#schedule(index + 1, sink);
    else this.#end(sink);
  }

  #end(sink: CameraSink): void {
    this.#seqBefore += this.#frames.length;
    if (this.#o.loop && this.#frames.length > 0) this.#begin(Math.max(1, this.#o.loop.pauseMs), sink);
    else sink.stopped('the recording has ended');
  }

  #dueMs(index: number): number {
    return this.#startedMs + (this.#frames[index]?.atMs ?? 0) / this.#speed;
  }
}
