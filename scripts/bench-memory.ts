/**
 * Measures the resident memory of the daemon, a process of its own, while it scans a recorded session with a list of
 * 250,000 tokens; then that of a decoder in the long run. Run by `npm run bench`.
 */
import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { rawPublicKey, signerFromSeed } from '../daemon/base/ed25519.ts';
import { ruuidOf } from '../daemon/base/ids.ts';
import { signKeySet } from '../daemon/base/key-set.ts';
import { encodeEntry, LIST_ENTRY_BYTES } from '../daemon/base/token-list-entry.ts';
import { signListFront } from '../daemon/base/token-list-file.ts';
import { benchDecodes, DECODES } from './bench-decodes.ts';
import type { BenchRow } from './bench-rows.ts';

const TOKENS = 250_000;
/** Until the list is verified, the decoder warm and the first attempt recorded. */
const START_S = 6;
const SCAN_S = 40;
const DAY_S = 86_400;
const GOAL_MB = 180;
const root = fileURLToPath(new URL('../..', import.meta.url));

export async function benchMemory(decodes = DECODES): Promise<BenchRow[]> {
  return [...await benchDaemon(), ...await benchDecodes(decodes)];
}

async function benchDaemon(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
  const daemon = spawn(process.execPath, [join(root, 'scripts/postern.mjs'), 'run', '--config', prepare(dir)], { stdio: ['ignore', 'ignore', 'inherit'] });
  try {
    const resident: number[] = [];
    let startPeak = 0;
    for (let second = 0; second < START_S + SCAN_S; second++) {
      await pause(1_000);
      if (daemon.exitCode !== null || daemon.pid === undefined) throw new Error('the daemon ended');
      if (second === START_S) startPeak = peakSoFar(daemon.pid);
      if (second >= START_S) resident.push(statusMb(daemon.pid, 'VmRSS'));
    }
    const sorted = resident.sort((a, b) => a - b);
    const peak = statusMb(daemon.pid as number, 'VmHWM');
    return [
      { name: `daemon with ${TOKENS} tokens, starting: resident memory, peak`, value: startPeak, unit: 'MB' },
      { name: `daemon with ${TOKENS} tokens, scanning: resident memory, median`, value: sorted[sorted.length >> 1] ?? NaN, unit: 'MB', goal: GOAL_MB },
      { name: `daemon with ${TOKENS} tokens, scanning: resident memory, peak`, value: peak, unit: 'MB', goal: GOAL_MB },
    ];
  } finally {
    daemon.kill('SIGTERM');
    await new Promise((resolve) => daemon.once('close', resolve));
    rmSync(dir, { recursive: true, force: true });
  }
}

/** A state folder as a door has it after its first sync, and a config that scans a recorded session over and over. */
function prepare(dir: string): string {
  const door = randomBytes(16);
  const [rootSigner, tokens, lists] = [1, 2, 3].map(() => signerFromSeed(randomBytes(32))) as [Signer, Signer, Signer];
  const nowS = Math.floor(Date.now() / 1_000);
  const key = (signer: Signer, use: 'token' | 'list') => ({
    id: signer.keyId, use, state: 'active' as const, publicKey: rawPublicKey(signer.privateKey), notBeforeS: nowS - DAY_S, notAfterS: nowS + DAY_S,
  });
  mkdirSync(join(dir, 'state'));
  writeFileSync(join(dir, 'state/key-set.cose'), signKeySet({ version: 1, issuedAtS: nowS, listFloor: 0, keys: [key(tokens, 'token'), key(lists, 'list')] }, rootSigner));
  const block = entries();
  const head = { door, version: 1, issuedAtS: nowS, expiresAtS: nowS + DAY_S, asOfS: { [Buffer.from(tokens.keyId).toString('hex')]: nowS } };
  writeFileSync(join(dir, 'state/token-list.bin'), Buffer.concat([signListFront(head, block, lists), block]));
  writeFileSync(join(dir, 'root-keys.txt'), `${Buffer.from(rawPublicKey(rootSigner.privateKey)).toString('base64url')}\n`);
  const config = join(dir, 'config.yaml');
  writeFileSync(config, `
stateDir: state
door: {uuid: "${ruuidOf(door)}", name: Bench}
camera: {driver: replay, session: ${join(root, 'fixtures/sessions/held-30s')}, loopPauseS: 0}
doorIo: {driver: simulated}
access: {rootKeysFile: root-keys.txt}
http: {enabled: false}
log: {level: error}
`);
  return config;
}

type Signer = ReturnType<typeof signerFromSeed>;

function entries(): Uint8Array {
  const ids = Array.from({ length: TOKENS }, () => randomBytes(16)).sort((a, b) => Buffer.compare(a, b));
  const block = new Uint8Array(TOKENS * LIST_ENTRY_BYTES);
  ids.forEach((id, i) => encodeEntry({ id, status: 'active', spent: 0 }, block, i * LIST_ENTRY_BYTES));
  return block;
}

/** The kernel's high-water mark, which then begins anew (proc(5), clear_refs). */
function peakSoFar(pid: number): number {
  const peak = statusMb(pid, 'VmHWM');
  writeFileSync(`/proc/${pid}/clear_refs`, '5');
  return peak;
}

function statusMb(pid: number, field: 'VmRSS' | 'VmHWM'): number {
  const found = new RegExp(`^${field}:\\s+(\\d+) kB`, 'm').exec(readFileSync(`/proc/${pid}/status`, 'utf8'));
  return Number(found?.[1]) / 1024;
}
