import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { codePicture } from './code-picture.ts';

/** What a picture thread answers: the PNG, or why there is none. */
export type DrawnPicture = { png: Uint8Array } | { problem: string };

parentPort?.on('message', (text: string) => {
  void draw(text).then((drawn) => parentPort?.postMessage(drawn));
});

async function draw(text: string): Promise<DrawnPicture> {
  try {
    return { png: await codePicture(text) };
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}
