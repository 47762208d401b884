import type { Camera, CameraSink, CameraSteering } from '../../drivers/camera/camera.ts';
import type { Clock } from '../../daemon/base/clock.ts';
import type { Frame } from '../../daemon/base/frame.ts';

/** A camera that shows what the test holds up to it. */
export class HandCamera implements Camera {
  readonly name = 'a camera in a test';
  readonly #clock: Clock;
  #sink: CameraSink | undefined;
  #seq = 0;
  /** What `start` and `stop` do beside their work. */
  onStart: () => void = () => undefined;
  onStop: () => Promise<void> | void = () => undefined;

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  start(sink: CameraSink): void {
    this.onStart();
    this.#sink = sink;
  }

  get started(): boolean {
    return this.#sink !== undefined;
  }

  show(picture: Omit<Frame, 'seq' | 'arrivedMs'>): void {
    this.#sink?.frame({ seq: ++this.#seq, arrivedMs: this.#clock.monotonicMs(), ...picture });
  }

  canBeSteered(now: CameraSteering | string): void {
    this.#sink?.steering?.(now);
  }

  unplug(reason: string): void {
    this.#sink?.stopped(reason);
  }

  async stop(): Promise<void> {
    await this.onStop();
    this.#sink = undefined;
  }
}
