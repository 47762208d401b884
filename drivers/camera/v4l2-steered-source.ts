import type { PictureListener, PictureSource, SourceRun } from './picture-source.ts';
import { V4l2Steering, type V4l2SteeringOptions } from './v4l2-steering.ts';

/** A source whose camera is steered beside its pictures, from the first one of a try until the try is closed. */
export function v4l2SteeredSource(source: PictureSource, options: Omit<V4l2SteeringOptions, 'tell'>): PictureSource {
  const { name, startMs } = source;
  return { name, startMs, isThere: () => source.isThere?.() ?? Promise.resolve(true), open: (listener) => new SteeredRun(source, options, listener) };
}

class SteeredRun implements SourceRun {
  readonly #pictures: SourceRun;
  #steering: V4l2Steering | undefined;

  constructor(source: PictureSource, options: Omit<V4l2SteeringOptions, 'tell'>, listener: PictureListener) {
    this.#pictures = source.open({
      bytes: () => listener.bytes(),
      picture: (picture) => {
        // Not sooner: a camera that begins to stream may set its exposure anew.
        this.#steering ??= begun({ ...options, tell: (now) => listener.steering?.(now) });
        listener.picture(picture);
      },
      bad: (what) => listener.bad(what),
      ended: (reason) => listener.ended(reason),
    });
  }

  clue(): string | undefined {
    return this.#pictures.clue?.();
  }

  async close(): Promise<void> {
    await Promise.all([this.#pictures.close(), this.#steering?.close()]);
  }
}

function begun(options: V4l2SteeringOptions): V4l2Steering {
  const steering = new V4l2Steering(options);
  steering.begin();
  return steering;
}
