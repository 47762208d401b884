/** A picture worker whose every picture does not read back. */
import { parentPort } from 'node:worker_threads';

parentPort?.on('message', () => parentPort?.postMessage({ problem: 'a QR code that was just drawn does not read back' }));
