import type { ChildProcessByStdio } from 'node:child_process';
import { spawn } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable, Writable } from 'node:stream';
import { sleep, systemClock } from '../../../daemon/base/clock.ts';
import { readLines } from '../../../drivers/door-io/read-lines.ts';
import { systemMonotonicMs } from '../../../drivers/door-io/system-monotonic.ts';
import type { GuardBench } from './guard-contract.ts';

/** A guard's process on a relay of a file, spoken to without the driver between. */
export class GuardProcess implements GuardBench {
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-guard-'));
  readonly relay = join(this.dir, 'relay');
  readonly heard: string[] = [];
  readonly child: ChildProcessByStdio<Writable, Readable, null>;
  exit: number | string | undefined;

  constructor(program: string, words?: string[]) {
    writeFileSync(this.relay, '1\n');
    this.child = spawn(program, ['guard', ...(words ?? ['file', this.relay])], { detached: true, stdio: ['pipe', 'pipe', 'inherit'] });
    this.child.stdin.on('error', () => {});
    readLines(this.child.stdout, (line) => this.heard.push(line));
    this.child.on('exit', (code, signal) => (this.exit = code ?? signal ?? 'gone'));
  }

  get pid(): number {
    return this.child.pid as number;
  }

  send(order: string): void {
    this.child.stdin.write(`${order}\n`);
  }

  level(): 'energised' | 'rest' {
    return readFileSync(this.relay, 'utf8').startsWith('1') ? 'energised' : 'rest';
  }

  nowMs(): number {
    return systemMonotonicMs();
  }

  pass(ms: number): Promise<void> {
    return sleep(systemClock, ms);
  }

  weld(welded: boolean): void {
    if (!welded) return rmSync(`${this.relay}-welded`);
    writeFileSync(`${this.relay}-welded`, '');
    writeFileSync(this.relay, '1\n');
  }

  async ended(): Promise<number | string> {
    while (this.exit === undefined) await this.pass(5);
    return this.exit;
  }

  async close(): Promise<void> {
    this.child.kill('SIGCONT');
    this.child.stdin.end();
    rmSync(`${this.relay}-welded`, { force: true });
    await this.ended();
    rmSync(this.dir, { recursive: true });
  }
}
