/**
 * A door on the emulated Raspberry Pi, driven by the project's own driver and relay guard as orders come on standard input, one
 * word a line; each is answered by `done WORD` or `failed WORD: why`.
 */
import { createInterface } from 'node:readline';
import { systemClock } from '../../../daemon/base/clock.ts';
import { messageOf } from '../../../daemon/base/errors.ts';
import { GpiodDoorIo } from '../../../drivers/door-io/gpiod.ts';
import { RELAY_PIN } from './raspi-pin-number.ts';

const LEASE_MS = 300_000;

const door = new GpiodDoorIo({ clock: systemClock, relayPin: RELAY_PIN, relayActiveLow: false, debounceMs: 20 });
const orders: Record<string, () => Promise<void>> = {
  start: () => door.start({ contact() {}, rex() {}, fire() {}, relayFault: (detail) => detail !== undefined && process.stdout.write(`fault ${detail}\n`) }),
  energise: () => door.energise(LEASE_MS),
  rest: () => door.rest(),
  // As the kernel ends a daemon: no handler, no goodbye.
  die: async () => void process.kill(process.pid, 'SIGKILL'),
};

process.stdout.write(`up, Node ${process.version} on ${process.arch}\n`);
for await (const word of createInterface({ input: process.stdin })) {
  const order = orders[word.trim()];
  if (!order) continue;
  try {
    await order();
    process.stdout.write(`done ${word.trim()}\n`);
  } catch (thrown) {
    process.stdout.write(`failed ${word.trim()}: ${messageOf(thrown)}\n`);
  }
}
