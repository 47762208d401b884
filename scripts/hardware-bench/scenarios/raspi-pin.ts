import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import type { BenchRow } from '../../bench-rows.ts';
import { RELAY_PIN } from '../raspi/raspi-pin-number.ts';
import { raspiImage } from '../raspi/raspi-image.ts';
import { RaspiMachine, type PinSeen } from '../raspi/raspi-machine.ts';
import type { Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';

const BOOT_LIMIT_MS = 240_000;
const ORDER_LIMIT_MS = 60_000;
/** For a guard that has lost its daemon, on an emulated processor. */
const REST_LIMIT_MS = 5_000;

/** What is done, and what the pin must then be: at rest is low, or let go. */
const STEPS: { order: string; says: string; pin: PinSeen[] }[] = [
  { order: 'start', says: 'the daemon has started', pin: ['output, low'] },
  { order: 'energise', says: 'released', pin: ['output, high'] },
  { order: 'rest', says: 'locked again', pin: ['output, low'] },
  { order: 'energise', says: 'released again', pin: ['output, high'] },
];

/** [S1] The pin of a Raspberry Pi's own chip, under its own driver, as its registers show it from outside. */
export const raspiPin: Scenario = {
  name: 'raspi',
  about: "a Raspberry Pi 3B with Debian's arm64 kernel: the relay pin, seen in the chip's registers",
  needs: { 'qemu-system-aarch64': 'qemu-system-arm', 'aarch64-linux-gnu-gcc': 'gcc-aarch64-linux-gnu libc6-dev-arm64-cross', cpio: 'cpio' },
  async run(bench) {
    const { dir, root, cache, progress } = bench;
    const image = await raspiImage(root, dir, cache, progress);
    mkdirSync(join(dir, 'machine'));
    const startedMs = performance.now();
    const machine = await RaspiMachine.start(image, join(dir, 'machine'));
    try {
      bench.say(`  ${await progress.step('Booting the Raspberry Pi', () => machine.say('', /up, Node \S+ on \w+(?=\s)/, BOOT_LIMIT_MS))}`);
      const bootS = (performance.now() - startedMs) / 1000;
      const expect = async (says: string, wanted: readonly PinSeen[], limitMs = 0): Promise<void> => {
        const untilMs = performance.now() + limitMs;
        let seen = await machine.pin(RELAY_PIN);
        while (!wanted.includes(seen) && performance.now() < untilMs) {
          await sleep(50);
          seen = await machine.pin(RELAY_PIN);
        }
        bench.say(`  ${says}: GPIO${RELAY_PIN} is ${seen}`);
        if (!wanted.includes(seen)) throw new ScenarioFailed(`${says}: GPIO${RELAY_PIN} is ${seen}, not ${wanted.join(' or ')}.`, join(dir, 'machine/serial.log'));
      };
      await expect('the kernel is up, no daemon yet', ['input']);
      for (const { order, says, pin } of STEPS) {
        await machine.say(order, new RegExp(`(done|failed) ${order}[^\n]*\n`), ORDER_LIMIT_MS);
        await expect(says, pin);
      }
      await machine.say('die', /ended \d+/, ORDER_LIMIT_MS);
      await expect('kill -9 of the daemon while released', ['output, low', 'input'], REST_LIMIT_MS);
      return rows(bootS);
    } finally {
      await machine.close();
    }
  },
};

function rows(bootS: number): BenchRow[] {
  return [
    { name: 'Raspberry Pi 3B: from power on to Node', value: bootS, unit: 's' },
    { name: 'Raspberry Pi 3B: states of the relay pin seen in its registers', value: STEPS.length + 2, unit: '', atLeast: STEPS.length + 2 },
  ];
}
