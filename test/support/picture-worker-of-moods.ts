/** A picture worker that does what the text says: draws one byte, fails, crashes, or never answers. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (text: string) => {
  switch (text) {
    case 'hang': return;
    case 'crash': throw new Error('out of memory');
    case 'fail': return parentPort?.postMessage({ problem: 'it does not read back' });
    default: return parentPort?.postMessage({ png: Uint8Array.of(text.length) });
  }
});
