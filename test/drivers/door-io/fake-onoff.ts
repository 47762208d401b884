/**
 * Given to a process by `--import`, makes its `import('onoff')` this module, on the tree that FAKE_SYSFS names:
 * so the relay guard's own process runs where no kernel has GPIO.
 */
import { register } from 'node:module';
import { isMainThread } from 'node:worker_threads';
import { FakeSysfs } from './fake-sysfs.ts';

export const Gpio = new FakeSysfs(process.env.FAKE_SYSFS ?? '').Gpio;

interface Resolved {
  url: string;
  shortCircuit?: boolean;
}

/** See "Customization hooks" in Node's documentation of `node:module`. */
export function resolve(specifier: string, context: object, next: (specifier: string, context: object) => Promise<Resolved>): Promise<Resolved> | Resolved {
  return specifier === 'onoff' ? { url: import.meta.url, shortCircuit: true } : next(specifier, context);
}

if (isMainThread) register(import.meta.url);
