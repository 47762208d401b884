import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { createWriteStream } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { PosternError } from '../../../daemon/base/errors.ts';
import { connected } from '../qemu-socket.ts';
import type { RaspiImage } from './raspi-image.ts';

const GPIO = 0x3f200000;
/** BCM2835 ARM Peripherals, 6.1: function select, three bits a pin, ten pins a register; then the level, a bit a pin. */
const GPFSEL0 = GPIO;
const GPLEV0 = GPIO + 0x34;
const ANSWER_LIMIT_MS = 10_000;

export type PinSeen = 'input' | 'output, high' | 'output, low' | 'another function';

/** A Raspberry Pi 3B as QEMU has it: orders through its serial line, its registers through QEMU's monitor. */
export class RaspiMachine {
  readonly #qemu: ChildProcess;
  readonly #serial: Socket;
  readonly #monitor: Socket;
  #said = '';

  private constructor(qemu: ChildProcess, serial: Socket, monitor: Socket, log: string) {
    this.#qemu = qemu;
    this.#serial = serial;
    this.#monitor = monitor;
    const file = createWriteStream(log);
    serial.setEncoding('utf8').on('data', (text: string) => {
      this.#said += text;
      file.write(text);
    }).on('error', () => {}).on('close', () => file.end());
    monitor.setEncoding('utf8').on('error', () => {});
  }

  static async start(image: RaspiImage, dir: string): Promise<RaspiMachine> {
    const [serialPath, monitorPath] = [join(dir, 'serial.sock'), join(dir, 'monitor.sock')];
    const qemu = spawn('nice', [
      '-n', '5', 'qemu-system-aarch64', '-M', 'raspi3b', '-accel', 'tcg,thread=multi', '-kernel', image.kernel, '-dtb', image.deviceTree, '-initrd', image.initrd,
      '-append', 'console=ttyS1,115200 rdinit=/init quiet panic=-1', '-display', 'none', '-no-reboot',
      '-serial', 'null', '-serial', `unix:${serialPath},server=on,wait=off`, '-monitor', `unix:${monitorPath},server=on,wait=off`,
    ], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    qemu.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
    const serial = await connected(serialPath, qemu, () => complaint);
    return new RaspiMachine(qemu, serial, await connected(monitorPath, qemu, () => complaint), join(dir, 'serial.log'));
  }

  /** Sends a line and waits for what it answers; rejects PosternError('bench-guest') with the last words when that does not come. */
  async say(line: string, answer: RegExp, limitMs: number): Promise<string> {
    const from = this.#said.length;
    if (line !== '') this.#serial.write(`${line}\n`);
    const untilMs = performance.now() + limitMs;
    for (;;) {
      const found = answer.exec(this.#said.slice(from))?.[0];
      if (found !== undefined) return found;
      const leftMs = untilMs - performance.now();
      if (leftMs <= 0 || this.#qemu.exitCode !== null) throw new PosternError('bench-guest', `The emulated Raspberry Pi did not say ${answer} within ${limitMs / 1000} s. Its last words:\n${this.#said.slice(-2_000)}`);
      await next(this.#serial, Math.min(leftMs, 1_000));
    }
  }

  /** What the pin is, by the registers of the chip and none of the guest's own programs. */
  async pin(number: number): Promise<PinSeen> {
    const select = (await this.#register(GPFSEL0 + 4 * Math.floor(number / 10)) >>> ((number % 10) * 3)) & 7;
    // The level of an input is not emulated: it stays as it was last driven.
    if (select === 0) return 'input';
    if (select !== 1) return 'another function';
    return (await this.#register(GPLEV0) >>> number) & 1 ? 'output, high' : 'output, low';
  }

  async close(): Promise<void> {
    const exit = once(this.#qemu, 'exit');
    this.#serial.destroy();
    this.#monitor.destroy();
    this.#qemu.kill('SIGKILL');
    if (this.#qemu.exitCode === null && this.#qemu.signalCode === null) await exit;
  }

  async #register(address: number): Promise<number> {
    let text = '';
    const take = (chunk: string): void => void (text += chunk);
    this.#monitor.on('data', take).write(`xp /1wx 0x${address.toString(16)}\n`);
    const untilMs = performance.now() + ANSWER_LIMIT_MS;
    try {
      while (performance.now() < untilMs) {
        const value = new RegExp(`0*${address.toString(16)}: 0x([0-9a-f]{8})`).exec(text)?.[1];
        if (value !== undefined) return parseInt(value, 16);
        await next(this.#monitor, 200);
      }
    } finally {
      this.#monitor.off('data', take);
    }
    throw new PosternError('bench-guest', `QEMU's monitor does not tell what is at 0x${address.toString(16)}: ${text}`);
  }
}

/** Waits for something to come, but not for ever. */
async function next(socket: Socket, limitMs: number): Promise<void> {
  await once(socket, 'data', { signal: AbortSignal.timeout(Math.max(1, Math.ceil(limitMs))) }).catch(() => undefined);
}
