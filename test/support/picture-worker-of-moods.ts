/** A picture worker that does what the text says: draws one byte, draws something else, fails, crashes, or never answers. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', (text: string) => {
  switch (text) {
    case 'hang': return;
    case 'crash': throw new Error('out of memory');
    case 'fail': return parentPort?.postMessage({ problem: 'no wasm here' });
    case 'other': return parentPort?.postMessage({ png: Uint8Array.of(1), readsAs: 'another' });
    case 'blot': return parentPort?.postMessage({ png: Uint8Array.of(1), readsAs: undefined });
    default: return parentPort?.postMessage({ png: Uint8Array.of(text.length), readsAs: text });
  }
});
