import type { Frame } from '../../daemon/base/frame.ts';

/** Where a camera delivers. Calls are synchronous and must return quickly: the sink keeps the newest frame and lets the others go. */
export interface CameraSink {
  frame(frame: Frame): void;
  /** The camera has nothing more to give: `reason` is a sentence. It may start again by itself and deliver further frames. */
  stopped(reason: string): void;
  /**
   * Only of a camera that was opened to be steered. It can be from now on and does not expose by itself meanwhile; or why it
   * cannot be, a sentence without its full stop, the same words for the same cause. `stopped` ends it, too.
   */
  steering?(now: CameraSteering | string): void;
}

/** How a sensor is exposed. */
export interface Exposure {
  /** How long it takes light in for one frame, microseconds. */
  exposureUs: number;
  /** How much its signal is amplified; 1 is not at all. */
  gain: number;
}

interface Range {
  min: number;
  max: number;
}

/** What a camera that can be exposed from outside says of itself. */
export interface CameraSteering {
  exposureUs: Range;
  gain: Range;
  /** So many frames after `isUnderWay` has ended may still show what was asked for before; from the next one on all show the new exposure. */
  delayFrames: number;
  /** What was asked for last has not been handed to the camera yet. */
  readonly isUnderWay: boolean;
  /**
   * Returns at once. Both are within their ranges; the driver takes the nearest that the sensor has. What is asked for takes
   * the place of what still waits. Once the camera has told that it cannot be steered any more, this does nothing.
   */
  steer(exposureUs: number, gain: number): void;
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
