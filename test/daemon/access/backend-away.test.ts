import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { extname, join } from 'node:path';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { ListSync } from '../../../daemon/access/list-sync.ts';
import { OnlineValidator } from '../../../daemon/access/online.ts';
import { TrustedTime } from '../../../daemon/access/trusted-time.ts';
import { Validator } from '../../../daemon/access/validator.ts';
import { Backend } from '../../../daemon/backend/backend.ts';
import { systemClock } from '../../../daemon/base/clock.ts';
import { ruuidOf, systemRandom } from '../../../daemon/base/ids.ts';
import { silentLogger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import type { Verdict } from '../../../daemon/base/verdict.ts';
import { EventLog } from '../../../daemon/record/event-log.ts';
import { HERE, policy } from './situation.ts';

const test = suite('backend away');
const doorUuid = ruuidOf(HERE);
const main = fileURLToPath(new URL(`../../../daemon/main${extname(import.meta.url)}`, import.meta.url));
/** Far longer than a loaded machine takes to answer: what is tested is who answers, not how soon. */
const DEADLINE_MS = 20_000;

/** The backend as a process of its own. */
class BackendProcess {
  url = '';
  #child: ChildProcess | undefined;
  readonly #dir: string;

  constructor(dir: string) {
    this.#dir = dir;
  }

  async start(): Promise<void> {
    const port = this.url === '' ? '0' : new URL(this.url).port;
    const child = spawn(process.execPath, [main, 'backend', 'serve', '--dir', this.#dir, '--port', port], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#child = child;
    for await (const line of createInterface({ input: child.stdout })) {
      const [, url] = /answers at (\S+?)\.? /.exec(line) ?? [];
      if (url === undefined) continue;
      this.url = url;
      return;
    }
    throw new Error('the backend ended before it listened');
  }

  /** As a power cut would end it. */
  async kill(): Promise<void> {
    const child = this.#child;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }
}

/** A door with everything real: event log, list, HTTP. Each attempt is committed as the daemon would. */
class DoorHere {
  readonly status = new StatusBoard(systemClock);
  readonly events: EventLog;
  readonly lists: ListSync;
  readonly online: OnlineValidator;
  readonly #validator: Validator;

  private constructor(events: EventLog, lists: ListSync, time: TrustedTime, backend: { url: string; apiKey: string }) {
    this.events = events;
    this.lists = lists;
    this.online = new OnlineValidator({ ...backend, doorUuid, deadlineMs: DEADLINE_MS, clock: systemClock, status: this.status });
    this.#validator = new Validator({
      door: HERE, policy, clock: systemClock, online: this.online, state: events.state, log: silentLogger, onEvent: () => undefined,
      time: () => time.read(), keys: () => lists.keys(), list: () => lists.list(), uses: (tokenId) => events.usesOf(tokenId), lockdown: () => false,
      commitNonce: async (attemptId, tokenId) => void await events.append({ type: 'access-asked', attemptId, tokenId }),
    });
  }

  static async open(dir: string, backend: { url: string; apiKey: string }, roots: Uint8Array[]): Promise<DoorHere> {
    const events = await EventLog.open({ dir, doorUuid, clock: systemClock, clockTrust: () => 'verified', random: systemRandom, reserveBytes: 0 });
    const time = new TrustedTime({ clock: systemClock, state: events.state, rtcHasBattery: false, log: silentLogger });
    const lists = await ListSync.open({
      backend, dir, door: HERE, roots, pollMs: 60_000, maxListAgeMs: policy.maxListAgeMs, clock: systemClock, time, state: events.state,
      status: new StatusBoard(systemClock), log: silentLogger, onEvent: () => undefined,
    });
    await lists.syncNow();
    return new DoorHere(events, lists, time, backend);
  }

  async show(text: string): Promise<string> {
    const attemptId = this.events.newId();
    const { verdict, tokenId = '' } = await this.#validator.decide(text, attemptId);
    if (verdict.outcome === 'granted') {
      const { source, rule, extended, use } = verdict;
      await this.events.append({ type: 'access-granted', attemptId, tokenId, source, rule, extended, counted: use?.counts ?? 0 }, use);
    }
    return inWords(verdict);
  }

  async close(): Promise<void> {
    await this.online.close();
    await this.lists.stop();
    await this.events.close();
  }
}

function inWords(verdict: Verdict): string {
  switch (verdict.outcome) {
    case 'granted': return `granted ${verdict.source}`;
    case 'denied': return `denied ${verdict.source} ${verdict.reason}`;
    case 'unavailable': return `unavailable ${verdict.cause}`;
  }
}

test('the backend is killed in the middle of the day: who answers changes, what the visitors find does not', async () => {
  const dir = mkdtempSync(join(tmpdir(), 'postern-away-'));
  const backendDir = join(dir, 'backend');
  const issuing = await Backend.open({ dir: backendDir, clock: systemClock });
  issuing.addDoor({ uuid: doorUuid, name: 'Front door' });
  const apiKey = issuing.createApiKey('door');
  const codes = {
    guest: issuing.issue({ doors: [doorUuid], validS: 3_600 }).text,
    twice: issuing.issue({ doors: [doorUuid], validS: 3_600, uses: 2 }).text,
    revoked: issuing.issue({ doors: [doorUuid], validS: 3_600 }),
  };
  issuing.revoke(codes.revoked.tokenId);
  const roots = issuing.rootPublicKeys();
  await issuing.close();

  const backend = new BackendProcess(backendDir);
  await backend.start();
  const door = await DoorHere.open(join(dir, 'door'), { url: backend.url, apiKey }, roots);
  try {
    assert.is(await door.show(codes.guest), 'granted online');
    assert.is(await door.show(codes.twice), 'granted online');
    assert.is(await door.show(codes.revoked.text), 'denied local revoked');
    assert.is(door.status.get('backend')?.state, 'ok');

    await backend.kill();
    assert.is(await door.show(codes.guest), 'granted offline');
    assert.is(await door.show(codes.twice), 'granted offline', 'the second use; the first was counted here too');
    assert.is(await door.show(codes.twice), 'denied local used-up');
    assert.is(await door.show(codes.revoked.text), 'denied local revoked');
    assert.is(door.status.get('backend')?.state, 'degraded');

    await backend.start();
    assert.is(await door.show(codes.guest), 'granted online');
    assert.is(await door.show(codes.twice), 'denied local used-up');
    assert.is(door.status.get('backend')?.state, 'ok');
  } finally {
    await door.close();
    await backend.kill();
    rmSync(dir, { recursive: true });
  }
});

test.run();
