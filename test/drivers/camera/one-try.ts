import { systemClock } from '../../../daemon/base/clock.ts';
import type { Picture, PictureSource } from '../../../drivers/camera/picture-source.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';

/** The `count`th picture of a source, which is closed then. Rejects with the first reason why there is none. */
export async function firstPicture(source: PictureSource, count = 1): Promise<Picture> {
  const camera = new SupervisedCamera({ source, clock: systemClock, stallMs: 20_000, frozenAfterMs: 0 });
  let left = count;
  try {
    return await new Promise((resolve, reject) => camera.start({
      frame: (picture) => --left === 0 && resolve(picture),
      stopped: (reason) => reject(new Error(reason)),
    }));
  } finally {
    await camera.stop();
  }
}

/** Why a source gives no pictures, as the status tells it first. */
export async function firstReason(source: PictureSource, stallMs = 1_000): Promise<string> {
  const camera = new SupervisedCamera({ source: startingWithin(source, 3_000), clock: systemClock, stallMs, frozenAfterMs: 0 });
  try {
    return await new Promise((resolve) => camera.start({ frame: () => {}, stopped: resolve }));
  } finally {
    await camera.stop();
  }
}

/** A test need not wait as long as a Pi that boots. */
function startingWithin(source: PictureSource, startMs: number): PictureSource {
  return { name: source.name, startMs, open: (listener) => source.open(listener) };
}
