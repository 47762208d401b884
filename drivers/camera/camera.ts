import type { Frame } from '../../daemon/base/frame.ts';

/** Where a camera delivers. Calls are synchronous and must return quickly: the sink keeps the newest frame and lets the others go. */
export interface CameraSink {
  frame(frame: Frame): void;
  /** The camera has nothing more to give: `reason` is a sentence. It may start again by itself and deliver further frames. */
  stopped(reason: string): void;
}

/**
 * A camera at a door.
 *
 * - `start` returns at once and delivers frames in the order they were taken, `seq` rising by one or more,
 *   `arrivedMs` never falling. It is called once.
 * - A camera never queues: when pictures come faster than it can hand them over, older ones are dropped.
 * - The picture's size may change from one frame to the next; each frame tells its own.
 * - A failure (unplugged, refused, ended) is told with `stopped`; the driver then tries again with a
 *   jittered back-off, for ever, until `stop`. A recording that has ended stays ended.
 * - After `stop` resolves nothing is delivered and no process, timer or file handle is left. Calling it again is harmless.
 */
export interface Camera {
  /** What it is, for the status: `replay fixtures/sessions/phone-approaching`. */
  readonly name: string;
  start(sink: CameraSink): void;
  stop(): Promise<void>;
}
