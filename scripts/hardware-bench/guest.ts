import type { ChildProcess } from 'node:child_process';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import type { Socket } from 'node:net';
import { join } from 'node:path';
import { PosternError } from '../../daemon/base/errors.ts';
import type { GuestFiles } from './qemu-command.ts';
import { qemuArguments } from './qemu-command.ts';
import { connected } from './qemu-socket.ts';

/** Emulated: half a minute where the machine is idle, many where others use it. A guest that takes longer hangs. */
const BOOT_LIMIT_MS = 600_000;
const ORDER_LIMIT_MS = 600_000;

/** What a script in the guest ended with. */
export interface ScriptResult {
  code: number;
  /** Standard output and error. */
  output: string;
}

export type GuestImages = Pick<GuestFiles, 'vmlinuz' | 'initrd' | 'rootImage' | 'appImage' | 'modulesImage'>;

/** A running guest, and the host's hand in it. `dir` keeps the console, the outputs of all scripts, and the watch. */
export class Guest {
  readonly dir: string;
  readonly #qemu: ChildProcess;
  readonly #orders: Socket;
  readonly #waiting = new Map<string, (line: string) => void>();
  #lastId = 0;
  /** Seconds from QEMU's start until the guest took orders. */
  bootS = 0;

  private constructor(dir: string, qemu: ChildProcess, orders: Socket) {
    this.dir = dir;
    this.#qemu = qemu;
    this.#orders = orders;
    let rest = '';
    orders.setEncoding('utf8').on('data', (chunk: string) => {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      for (const line of lines) this.#heard(line);
    });
    // The end is told by QEMU's exit.
    orders.on('error', () => {});
    qemu.on('exit', () => this.#allEnded());
  }

  /** Boots; resolves when the guest takes orders. Rejects PosternError('bench-guest') with the console's end. */
  static async boot(images: GuestImages, dir: string, more: readonly string[] = []): Promise<Guest> {
    const outDir = join(dir, 'out');
    mkdirSync(outDir, { recursive: true });
    const files: GuestFiles = { ...images, outDir, consoleLog: join(dir, 'console.log'), ordersSocket: join(dir, 'orders.sock'), watchLog: join(dir, 'watch.log') };
    const startedMs = performance.now();
    const qemu = spawn('nice', ['-n', '5', 'qemu-system-x86_64', ...qemuArguments(files, more)], { stdio: ['ignore', 'ignore', 'pipe'] });
    let complaint = '';
    qemu.stderr.setEncoding('utf8').on('data', (chunk: string) => (complaint += chunk));
    const orders = await connected(files.ordersSocket, qemu, () => complaint);
    const guest = new Guest(dir, qemu, orders);
    if (await guest.ready(BOOT_LIMIT_MS)) {
      guest.bootS = (performance.now() - startedMs) / 1000;
      return guest;
    }
    guest.kill();
    throw new PosternError('bench-guest', `The guest did not boot within ${BOOT_LIMIT_MS / 1000} s. ${complaint}The end of ${files.consoleLog}:\n${endOf(files.consoleLog)}`);
  }

  /** Waits until the guest has (re)started and takes orders; false when it does not in time. */
  ready(limitMs: number): Promise<boolean> {
    return this.#answer('ready', limitMs).then((line) => line !== undefined);
  }

  /** Runs a bash script as root; resolves with what it ended with. */
  async run(script: string, limitMs = ORDER_LIMIT_MS): Promise<ScriptResult> {
    const id = String(++this.#lastId);
    writeFileSync(join(this.dir, `out/${id}.sh`), script);
    const answer = this.#answer(id, limitMs);
    this.#orders.write(`${id} ${Buffer.from(script).toString('base64')}\n`);
    const line = await answer;
    const output = readFileSync(join(this.dir, `out/${id}.txt`), { encoding: 'utf8', flag: 'a+' });
    if (line === undefined) throw new PosternError('bench-guest', `The guest did not finish script ${id} within ${limitMs / 1000} s, or ended. So far:\n${output.slice(-2_000)}`);
    return { code: Number(line.split(' ')[1]), output };
  }

  /** As `run`; rejects PosternError('bench-script') unless the script ended with 0. Returns its output. */
  async must(script: string, limitMs?: number): Promise<string> {
    const { code, output } = await this.run(script, limitMs);
    if (code !== 0) throw new PosternError('bench-script', `A script in the guest ended with ${code}:\n${script.trim()}\nIts output:\n${output.slice(-4_000)}`);
    return output;
  }

  /** As a power cut would, but for the host's cache. */
  kill(): void {
    this.#orders.destroy();
    this.#qemu.kill('SIGKILL');
  }

  async close(): Promise<void> {
    if (this.#qemu.exitCode !== null || this.#qemu.signalCode !== null) return;
    const exit = once(this.#qemu, 'exit');
    this.kill();
    await exit;
  }

  #answer(id: string, limitMs: number): Promise<string | undefined> {
    return new Promise((resolve) => {
      const limit = setTimeout(() => this.#waiting.get(id)?.(''), limitMs);
      this.#waiting.set(id, (line) => {
        clearTimeout(limit);
        this.#waiting.delete(id);
        resolve(line === '' ? undefined : line);
      });
    });
  }

  #heard(line: string): void {
    const [id = ''] = line.split(' ');
    this.#waiting.get(id)?.(line);
  }

  #allEnded(): void {
    for (const answer of [...this.#waiting.values()]) answer('');
  }
}

function endOf(file: string): string {
  return readFileSync(file, { encoding: 'utf8', flag: 'a+' }).slice(-3_000);
}
