import { parentPort } from 'node:worker_threads';
import type { DecodeRequest } from '../../daemon/scan/decode-thread.ts';

// A worker has the environment of the moment in which it is started.
if (process.env['STUCK_START'] === 'throws') throw new Error('no start');
if (process.env['STUCK_START'] === 'hangs') for (;;);

/** A decode worker that goes wrong as the picture's width says; at 14 and 15 only when the picture's first bytes change. */
parentPort?.on('message', ({ bytes, width, height }: DecodeRequest) => {
  if (width === 14 || width === 15) Atomics.wait(new Int32Array(bytes.buffer), 0, 0);
  if (width === 15) throw new Error('the decoder broke after a while');
  if (width === 1) for (;;);
  if (width === 2) throw new Error('the decoder broke');
  if (width === 3) process.exit(7);
  parentPort?.postMessage({ codes: [], dull: false, lumaMs: 0, decodeMs: height });
});
parentPort?.postMessage('ready');
