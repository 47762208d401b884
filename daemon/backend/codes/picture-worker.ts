import { parentPort } from 'node:worker_threads';
import { messageOf } from '../../base/errors.ts';
import { drawnCode, type DrawnCode } from './code-picture.ts';

/** What a picture thread answers: the picture and how it reads, or why there is none. */
export type DrawnPicture = DrawnCode | { problem: string };

parentPort?.on('message', (text: string) => {
  void draw(text).then((drawn) => parentPort?.postMessage(drawn));
});

async function draw(text: string): Promise<DrawnPicture> {
  try {
    return await drawnCode(text);
  } catch (thrown) {
    return { problem: messageOf(thrown) };
  }
}
