/** A backend for benchmarks: a folder filled by SQL with as many codes as wanted, and the process that serves it. */
import Database from 'better-sqlite3';
import { spawn, type ChildProcess } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { Backend } from '../daemon/backend/backend.ts';
import { drawSeeds, type Seeds } from '../daemon/backend/keys/signing-keys.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { signerFromSeed } from '../daemon/base/ed25519.ts';
import { ruuidOf, systemRandom } from '../daemon/base/ids.ts';
import { signToken, type TokenClaims } from '../daemon/base/token.ts';
import type { LoadJob, LoadOutcome } from './backend-load.ts';

const root = fileURLToPath(new URL('../..', import.meta.url));
const DOORS = 4;
const DAY_S = 86_400;
/** With the day on top and the seconds beside, within the 31 days that doors take. */
const LIFE_DAYS = 29;

export interface SiteCodes {
  /** Live codes in the database that are only there. */
  resting: number;
  /** Codes for a thousand uses each that are asked about. */
  used: number;
}

/** A backend process on a folder of its own, with four doors and keys without a limit. */
export class BenchSite {
  readonly url: string;
  readonly dir: string;
  readonly adminKey: string;
  readonly doorKey: string;
  readonly doors: readonly string[];
  /** Texts of the codes that are asked about, each with the door that asks. */
  readonly used: readonly { text: string; door: string }[];
  readonly #process: ChildProcess;
  #files = 0;

  private constructor(dir: string, url: string, made: Awaited<ReturnType<typeof makeFolder>>, process: ChildProcess) {
    this.dir = dir;
    this.url = url;
    this.adminKey = made.adminKey;
    this.doorKey = made.doorKey;
    this.doors = made.doors;
    this.used = made.used;
    this.#process = process;
  }

  static async open(codes: SiteCodes): Promise<BenchSite> {
    const dir = mkdtempSync(join(tmpdir(), 'postern-bench-'));
    try {
      const made = await makeFolder(dir, codes);
      const backend = spawn(process.execPath, [join(root, 'scripts/postern.mjs'), 'backend', '--dir', dir, '--port', '0'], { stdio: ['ignore', 'pipe', 'inherit'] });
      const [line] = await Promise.race([firstLine(backend), new Promise<never>((_, reject) => backend.once('exit', (code) => reject(new Error(`the backend ended with ${code}`))))]);
      return new BenchSite(dir, /http:\S+:\d+/.exec(line)?.[0] ?? '', made, backend);
    } catch (thrown) {
      rmSync(dir, { recursive: true, force: true });
      throw thrown;
    }
  }

  get pid(): number {
    return this.#process.pid as number;
  }

  headers(key: string): Record<string, string> {
    return { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key };
  }

  /** Has a load process send `bodies` and resolves with how it went, and what processor time a request took of the backend, all threads together. Throws when an answer is not as expected. */
  async load(path: string, key: string, bodies: string[], connections: number, expected: string): Promise<LoadOutcome & { cpuMs: number }> {
    const bodiesFile = join(this.dir, `bodies-${this.#files++}`);
    writeFileSync(bodiesFile, bodies.join('\n'));
    const job: LoadJob = { url: this.url + path, headers: this.headers(key), bodiesFile, connections, expected };
    const load = spawn(process.execPath, [join(root, '.build/scripts/backend-load.js')], { stdio: ['pipe', 'pipe', 'inherit'] });
    load.stdin.end(JSON.stringify(job));
    const cpuBefore = cpuMsOf(this.pid);
    let text = '';
    for await (const chunk of load.stdout) text += String(chunk);
    const outcome = JSON.parse(text) as LoadOutcome;
    if (outcome.wrong > 0) throw new Error(`${outcome.wrong} of ${bodies.length} answers are not as expected, the first: ${outcome.firstWrong}`);
    return { ...outcome, cpuMs: (cpuMsOf(this.pid) - cpuBefore) / bodies.length };
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#process.once('close', resolve));
    this.#process.kill('SIGTERM');
    await ended;
    rmSync(this.dir, { recursive: true, force: true });
  }
}

/** utime and stime of proc(5), which count in hundredths of a second; NaN where there is no /proc. */
function cpuMsOf(pid: number): number {
  if (process.platform !== 'linux') return NaN;
  const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ') ?? [];
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

async function firstLine(child: ChildProcess): Promise<[string]> {
  if (!child.stdout) throw new Error('the backend has no output');
  return new Promise((resolve) => createInterface({ input: child.stdout as NodeJS.ReadableStream }).once('line', (line) => resolve([line])));
}

async function makeFolder(dir: string, codes: SiteCodes) {
  const seeds = drawSeeds(systemRandom);
  const backend = await Backend.open({ dir, clock: systemClock, seeds });
  const doors = Array.from({ length: DOORS }, () => ruuidOf(randomBytes(16)));
  doors.forEach((uuid, i) => backend.addDoor({ uuid, name: `Door ${i + 1}` }));
  const [adminKey, doorKey] = [backend.createApiKey('admin'), backend.createApiKey('door')];
  await backend.close();
  return { doors, adminKey, doorKey, used: fill(join(dir, 'backend.sqlite'), doors, seeds, codes) };
}

/** By SQL, for issuing a million codes takes an hour. They expire one after the other within a month. */
function fill(file: string, doors: string[], seeds: Seeds, codes: SiteCodes): { text: string; door: string }[] {
  const signer = signerFromSeed(seeds.token);
  const store = new Database(file);
  store.pragma('synchronous = OFF');
  store.exec('UPDATE api_keys SET per_minute = 1000000000');
  const token = store.prepare(`INSERT INTO tokens (id, key_id, issued_at_s, expires_at_s, uses, extended, rotating, status, principal) VALUES (?, ?, ?, ?, ?, 0, 0, 'active', 'bench')`);
  const place = store.prepare('INSERT INTO token_doors (door, token, place) VALUES (?, ?, 0)');
  const issuedAtS = Math.floor(Date.now() / 1000) - 60;
  const insert = (i: number, door: string, uses: number | null): TokenClaims => {
    const id = randomBytes(16);
    const claims = { id, doors: [Buffer.from(door, 'base64url')], issuedAtS, expiresAtS: issuedAtS + DAY_S + (i % LIFE_DAYS) * DAY_S + (i % DAY_S), ...(uses !== null && { uses }) };
    token.run(id, signer.keyId, issuedAtS, claims.expiresAtS, uses);
    place.run(claims.doors[0], id);
    return claims;
  };
  const used = store.transaction(() => {
    for (let i = 0; i < codes.resting; i++) insert(i, doors[i % DOORS] as string, null);
    return Array.from({ length: codes.used }, (_, i) => {
      const door = doors[i % DOORS] as string;
      return { door, text: signToken(insert(i, door, 1_000), signer) };
    });
  })();
  store.pragma('wal_checkpoint(TRUNCATE)');
  store.close();
  return used;
}
