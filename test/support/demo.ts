import { spawn, type ChildProcess, type ChildProcessByStdio } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../../config/load.ts';
import { prepareDemo } from '../../scripts/prepare-demo.ts';
import { freePort } from './free-port.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));

/** The demo as `npm start` prepares it, in a folder and on ports of its own. */
export interface PreparedDemo {
  dir: string;
  configFile: string;
  stateDir: string;
  /** The simulated relay's level. */
  relayFile: string;
  remove(): Promise<void>;
}

export async function prepareOwnDemo(): Promise<PreparedDemo> {
  const dir = await mkdtemp(join(tmpdir(), 'postern-demo-'));
  const [pagePort, backendPort] = [await freePort(), await freePort()];
  const yaml = (await readFile(join(root, 'config/demo.yaml'), 'utf8')).replaceAll('8470', String(pagePort)).replaceAll('8471', String(backendPort));
  const configFile = join(dir, 'config', 'demo.yaml');
  await mkdir(join(dir, 'config'));
  await writeFile(configFile, yaml);
  await prepareDemo({ dir: join(dir, '.demo'), doorUuid: loadConfig(configFile).door.uuid, onProgress: () => undefined });
  const stateDir = join(dir, '.demo', 'state');
  return { dir, configFile, stateDir, relayFile: join(stateDir, 'door', 'relay'), remove: () => rm(dir, { recursive: true, force: true }) };
}

export interface RunningPostern {
  child: ChildProcess;
  /** All it has written so far. */
  output: () => string;
  /** Resolves to exit code or signal. */
  ended: Promise<number | NodeJS.Signals | null>;
}

/** `postern …` as a process of its own. */
export function postern(...args: string[]): RunningPostern {
  return runningOf(spawn(process.execPath, [join(root, 'scripts/postern.mjs'), ...args], { cwd: root, stdio: ['ignore', 'pipe', 'pipe'] }));
}

/** The same, started in another way. */
export function runningOf(child: ChildProcessByStdio<null, Readable, Readable>): RunningPostern {
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => (output += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const ended = new Promise<number | NodeJS.Signals | null>((resolve) => child.on('close', (code, signal) => resolve(code ?? signal)));
  return { child, output: () => output, ended };
}
