/**
 * A process like the daemon, for tests that kill it: releases a simulated door and then waits, stalls, renews or ends.
 *
 *   node daemon-like.js DIR LEASE_MS wait|stall|renew|exit
 */
import { sleep, systemClock } from '../../../daemon/base/clock.ts';
import { SimulatedDoorIo } from '../../../drivers/door-io/simulated.ts';

const [dir = '', leaseMs = '', then = ''] = process.argv.slice(2);
const io = new SimulatedDoorIo({ dir, clock: systemClock, guard: 'process' });
await io.start({ contact() {}, rex() {}, fire() {}, relayFault() {} });
await io.energise(Number(leaseMs));
process.stdout.write('energised\n');

switch (then) {
  case 'stall': for (;;);
  case 'exit': process.exit(3);
  case 'renew':
    for (;;) {
      await sleep(systemClock, 500);
      await io.energise(Number(leaseMs));
    }
}
