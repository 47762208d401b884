import type { Frame } from '../../daemon/base/frame.ts';
import type { CameraSteering } from './camera.ts';

/** A picture before it has its place in the sequence. */
export type Picture = Omit<Frame, 'seq' | 'arrivedMs'>;

/** Whom a running source tells. Calls are synchronous; those after `ended`, or after the run was closed, are not heard. */
export interface PictureListener {
  /** Something came, whatever it is: it feeds the watchdog. */
  bytes(): void;
  /** A whole picture. It belongs to the listener. */
  picture(picture: Picture): void;
  /** What came is no picture: `what` is the end of a sentence that begins with "The camera gives", the same words each time. */
  bad(what: string): void;
  /** It is over. `reason` is a sentence without its full stop, the same words each time: a changed one is a line in the log. */
  ended(reason: string): void;
  /** As `CameraSink.steering`. */
  steering?(now: CameraSteering | string): void;
}

/** One try at getting pictures. */
export interface SourceRun {
  /** Why it may be that nothing comes, in the words of `PictureListener.ended`; undefined where nobody has said. */
  clue?(): string | undefined;
  /** Ends it, whatever it is at; resolves when no process, timer or socket of it is left. Calling it again is harmless. */
  close(): Promise<void>;
}

/** A way to pictures, without any care for what to do when it fails: that is the `SupervisedCamera`'s. */
export interface PictureSource {
  /** As `Camera.name`. */
  readonly name: string;
  /** How long it may take until the first bytes. Milliseconds. */
  readonly startMs: number;
  /** Begins a try. Nothing is told before it has returned. */
  open(listener: PictureListener): SourceRun;
  /** A look, much cheaper than a try, whether a camera that is away has come back. It never rejects. */
  isThere?(): Promise<boolean>;
}
