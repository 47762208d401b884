/** A picture worker whose every picture does not read back. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => parentPort?.postMessage({ png: Uint8Array.of(1), readsAs: undefined }));
