import Database from 'better-sqlite3';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import type { App } from '../../daemon/app.ts';
import { Backend } from '../../daemon/backend/backend.ts';
import { systemClock, VirtualClock, type Clock } from '../../daemon/base/clock.ts';
import type { Logger } from '../../daemon/base/logger.ts';
import { silentLogger } from '../../daemon/base/logger.ts';
import { unlockCommand } from '../../daemon/commands/unlock.ts';
import { eventually } from '../support/eventually.ts';
import { MeddlingProxy } from '../support/meddling-proxy.ts';
import { OwnDoor } from '../support/own-door.ts';
import { run, started } from './commands/command-line.ts';

const ours = loadConfig(fileURLToPath(new URL('../../../fixtures/configs/door.yaml', import.meta.url)));
const AWAIT = '/api/postern/door/awaitOrder';
const CLAIM = '/api/postern/door/claimOrder';
const REPORT = '/api/postern/door/reportOrder';

type Answer = { type: string; errorType?: string; errorMsg?: string };

interface Opening {
  clock?: Clock;
  remoteUnlock?: 'on' | 'off';
  guard?: 'process' | 'in-process';
}

/** A real daemon at a simulated door, a real backend, and between them a proxy that can meddle. */
class Site {
  readonly door: OwnDoor;
  readonly proxy: MeddlingProxy;
  readonly logged: string[] = [];
  backend: Backend;
  url: string;
  readonly #clock: Clock;
  readonly #roots: Uint8Array[];
  readonly #doorKey: string;
  readonly #adminKey: string;
  readonly #remoteUnlock: 'on' | 'off';

  private constructor(door: OwnDoor, clock: Clock, backend: Backend, url: string, proxy: MeddlingProxy, remoteUnlock: 'on' | 'off') {
    this.door = door;
    this.proxy = proxy;
    this.backend = backend;
    this.url = url;
    this.#clock = clock;
    this.#remoteUnlock = remoteUnlock;
    this.#roots = backend.rootPublicKeys();
    this.#doorKey = backend.createApiKey('door');
    this.#adminKey = backend.createApiKey('admin', 'ada');
  }

  static async open({ clock = new VirtualClock(), remoteUnlock = 'on', guard = 'in-process' }: Opening = {}): Promise<Site> {
    const door = await OwnDoor.open({ clock, guard });
    const backend = await Backend.open({ dir: join(door.dir, 'backend'), clock });
    backend.addDoor({ uuid: ours.door.uuid, name: 'Front door' });
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
    let site: Site | undefined = undefined;
    const proxy = await MeddlingProxy.open(() => site?.url ?? url);
    site = new Site(door, clock, backend, url, proxy, remoteUnlock);
    return site;
  }

  async startDoor(changes: Partial<Config> = {}): Promise<App> {
    const say = (message: string): void => void this.logged.push(message);
    const log: Logger = { ...silentLogger, warn: say };
    const app = await this.door.start({
      config: { door: { ...ours.door, unlockMs: 1_000 }, access: { ...ours.access, remoteUnlock: this.#remoteUnlock }, backend: { url: this.proxy.url, apiKeyFile: '', uploadEvents: false, uploadPictures: 'off' }, ...changes },
      secrets: { roots: this.#roots, apiKey: this.#doorKey, zoneMaster: undefined }, log,
    });
    if (this.#remoteUnlock === 'on') await eventually('it waits for orders', () => app.status.get('orders')?.state === 'ok' || undefined);
    return app;
  }

  async unlock(signal?: AbortSignal): Promise<Answer> {
    const response = await fetch(`${this.url}/api/accesscontrol/unlockAccessControlledDoor`, {
      method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': this.#adminKey, 'content-type': 'application/json' },
      body: JSON.stringify({ accessControlledDoorUuid: ours.door.uuid }), ...(signal && { signal }),
    });
    assert.is(response.status, 200);
    return await response.json() as Answer;
  }

  /** The config of someone who gives orders from another machine. */
  adminsConfig(): string {
    const dir = join(this.door.dir, 'admin');
    mkdirSync(dir, { recursive: true });
    writeFileSync(join(dir, 'admin.key'), `${this.#adminKey}\n`, { mode: 0o600 });
    writeFileSync(join(dir, 'door.key'), `${this.#doorKey}\n`, { mode: 0o600 });
    const file = join(dir, 'config.yaml');
    writeFileSync(file, `
stateDir: state
door: {uuid: "${ours.door.uuid}", name: Front door}
camera: {driver: replay, session: none}
doorIo: {driver: simulated}
access: {rootKeysFile: roots.txt}
backend: {url: "${this.url}", apiKeyFile: door.key, adminKeyFile: admin.key}
`);
    return file;
  }

  /** How often the door was released, and by whom: by its own event log. */
  async releases(): Promise<string[]> {
    await this.door.app?.idle();
    return this.door.events().flatMap((event) => (event.type === 'door-released' ? [`${event.cause} ${event.by ?? ''}`] : []));
  }

  audit(): string[] {
    const store = new Database(join(this.door.dir, 'backend', 'backend.sqlite'), { readonly: true });
    try {
      return store.prepare<[], string>(`SELECT subject FROM audit WHERE action = 'door-unlocked' ORDER BY seq`).pluck().all().map((subject) => subject.split(' ')[1] ?? '');
    } finally {
      store.close();
    }
  }

  async pass(ms: number): Promise<void> {
    const clock = this.#clock as VirtualClock;
    await clock.advanceTo(clock.monotonicMs() + ms, async () => this.door.app?.door.idle());
  }

  /** Lets time pass for waiting and backing off alone: never while an order is being carried out, which has its limits. */
  async passUntil(what: string, happened: () => boolean): Promise<void> {
    await eventually(what, async () => {
      await this.door.app?.idle();
      if (happened()) return true;
      await this.pass(500);
      return undefined;
    });
  }

  /** [S1] However a test ends, the relay is at rest after the unlock time and a second. */
  async close(): Promise<void> {
    if (this.#clock instanceof VirtualClock) await this.pass(2_000);
    else await eventually('[S1] the relay is at rest', () => this.door.relay === '0' || undefined, 10_000);
    assert.is(this.door.relay, '0', '[S1] at rest');
    await this.door.close().catch(async (thrown: unknown) => assert.unreachable(String(thrown)));
    await this.proxy.close();
  }
}

function atSite(body: (site: Site) => Promise<void>, opening?: Opening): () => Promise<void> {
  return async () => {
    const site = await Site.open(opening);
    try {
      await body(site);
    } finally {
      await site.close();
      await site.backend.close();
    }
  };
}

/** A moment that a test waits for, and one that it makes others wait for. */
function gate(): { reached: Promise<void>; reach: () => void } {
  let reach = (): void => undefined;
  const reached = new Promise<void>((resolve) => (reach = resolve));
  return { reached, reach };
}

test('unlocked from afar: the relay moves, and comes to rest by itself; the door\'s log names the key', atSite(async (site) => {
  await site.startDoor();
  assert.equal(await site.unlock(), { type: 'SUCCESS' });
  assert.is(site.door.relay, '1');
  await site.pass(999);
  assert.is(site.door.relay, '1');
  await site.pass(1);
  assert.is(site.door.relay, '0');
  assert.equal(await site.releases(), ['command ada']);
  assert.equal(site.audit(), ['SUCCESS']);
}));

test('the same with the guard as a process of its own and in real time, asked by "postern unlock"', atSite(async (site) => {
  await site.startDoor({ door: ours.door });
  // A machine that is so busy that a second passes at one question is told TIMEOUT, as it should be.
  const released = await eventually('it is released', async () => {
    const outcome = await run(unlockCommand, '--config', site.adminsConfig(), '--principal', 'porter');
    if (outcome.code !== 0) assert.match(outcome.err, 'TIMEOUT');
    return outcome.code === 0 ? outcome : undefined;
  });
  assert.equal(released, { code: 0, out: `Door ${ours.door.uuid} was released.\n`, err: '' });
  assert.is(site.door.relay, '1');
  await eventually('it is at rest again', () => site.door.relay === '0' || undefined);
  assert.is((await site.releases()).at(-1), 'command ada');
}, { clock: systemClock, guard: 'process' }));

test('in lockdown it is refused, the relay stays at rest, and the door\'s log says so', atSite(async (site) => {
  const app = await site.startDoor();
  await app.door.lockDown('guard');
  const { code, err } = await run(unlockCommand, '--config', site.adminsConfig());
  assert.is(code, 1);
  assert.match(err, /LOCKDOWN\. The door is in lockdown/);
  assert.is(site.door.relay, '0');
  assert.equal(await site.releases(), []);
  assert.ok(site.logged.includes('An order of the backend was refused: lockdown'), site.logged.join('\n'));
  assert.equal(site.audit(), ['LOCKDOWN']);
}));

test('a door whose config has it off never asks for orders: DOOR_OFFLINE, and why that may be', atSite(async (site) => {
  const app = await site.startDoor();
  const { type, errorType, errorMsg } = await site.unlock();
  assert.equal([type, errorType], ['ERROR', 'DOOR_OFFLINE']);
  assert.match(String(errorMsg), 'access.remoteUnlock');
  assert.not(site.proxy.seen.some(({ path }) => path === AWAIT));
  assert.is(app.status.get('orders'), undefined);
  assert.is(site.door.relay, '0');
}, { remoteUnlock: 'off' }));

test('a door that was stopped is offline; started again it is unlocked, and nothing that was asked meanwhile is done then', atSite(async (site) => {
  const before = await site.startDoor();
  await before.stop('a test');
  site.door.app = undefined;
  assert.is((await site.unlock()).errorType, 'DOOR_OFFLINE');
  await site.startDoor();
  assert.equal(await site.releases(), []);
  assert.is((await site.unlock()).type, 'SUCCESS');
  assert.equal(await site.releases(), ['command ada']);
}));

test('two callers at once: both are told of a release, and the door relocks once', atSite(async (site) => {
  await site.startDoor();
  assert.equal(await Promise.all([site.unlock(), site.unlock()]), [{ type: 'SUCCESS' }, { type: 'SUCCESS' }]);
  assert.is((await site.releases()).length, 2);
  await site.pass(1_000);
  assert.is(site.door.relay, '0', 'the second restarts the release and adds nothing to it');
}));

test('the caller hangs up before the door asks leave: nothing moves', atSite(async (site) => {
  await site.startDoor();
  const claiming = gate();
  const mayGoOn = gate();
  site.proxy.before.set(CLAIM, () => {
    claiming.reach();
    return mayGoOn.reached;
  });
  const hangingUp = new AbortController();
  const unlocking = site.unlock(hangingUp.signal).then(() => assert.unreachable(), () => undefined);
  await claiming.reached;
  hangingUp.abort();
  await unlocking;
  await eventually('the backend knows', () => site.audit().at(-1) === 'WITHDRAWN' || undefined);
  mayGoOn.reach();
  const claim = await eventually('the claim is answered', () => site.proxy.seen.find(({ path }) => path === CLAIM));
  assert.is((JSON.parse(claim.answer) as { claimed: boolean }).claimed, false);
  assert.equal(await site.releases(), []);
}));

test('leave comes after more than a second: nothing moves, and the caller hears TIMEOUT', atSite(async (site) => {
  await site.startDoor();
  const claimed = gate();
  const mayGoOn = gate();
  site.proxy.after.set(CLAIM, () => {
    claimed.reach();
    return mayGoOn.reached;
  });
  const unlocking = site.unlock();
  await claimed.reached;
  await site.pass(1_001);
  const { errorType, errorMsg } = await unlocking;
  mayGoOn.reach();
  assert.is(errorType, 'TIMEOUT');
  assert.match(String(errorMsg), 'was not carried out and will not be');
  assert.equal(await site.releases(), []);
  assert.is(site.door.relay, '0');
  assert.ok(site.logged.some((line) => line.includes('did not come within a second')), site.logged.join('\n'));
}));

test('leave came in time, but the door was held up before it could read it: nothing moves', atSite(async (site) => {
  await site.startDoor();
  // The clock goes on without its timers being served: a process that is stopped and continued.
  site.proxy.after.set(CLAIM, () => heldUp(site.door.clock as VirtualClock, 1_001));
  assert.is((await site.unlock()).errorType, 'TIMEOUT');
  assert.equal(await site.releases(), []);
}));

/** Lets time pass that no timer notices. */
function heldUp(clock: VirtualClock, ms: number): void {
  const now = clock.monotonicMs.bind(clock);
  clock.monotonicMs = () => now() + ms;
}

test('the door cannot tell that leave came too late: TIMEOUT all the same, after three seconds', atSite(async (site) => {
  await site.startDoor();
  const claimed = gate();
  const never = gate();
  site.proxy.after.set(CLAIM, () => {
    claimed.reach();
    return never.reached;
  });
  site.proxy.before.set(REPORT, () => never.reached);
  const unlocking = site.unlock();
  await claimed.reached;
  await site.pass(3_000);
  const { errorType, errorMsg } = await unlocking;
  assert.is(errorType, 'TIMEOUT');
  assert.match(String(errorMsg), 'may have been released');
  never.reach();
  assert.equal(await site.releases(), []);
}));

test('the report is lost: the door was released, and the caller hears that it may have been', atSite(async (site) => {
  await site.startDoor();
  const reporting = gate();
  const never = gate();
  site.proxy.before.set(REPORT, () => {
    reporting.reach();
    return never.reached;
  });
  const unlocking = site.unlock();
  await reporting.reached;
  assert.is(site.door.relay, '1');
  await site.pass(3_000);
  assert.match(String((await unlocking).errorMsg), 'may have been released');
  assert.is(site.door.relay, '0');
  never.reach();
}));

test('an order and the leave for it come again, word for word: it is done once', atSite(async (site) => {
  await site.startDoor();
  assert.is((await site.unlock()).type, 'SUCCESS');
  await site.pass(1_000);
  const [order, leave] = [AWAIT, CLAIM].map((path) => site.proxy.seen.filter((exchange) => exchange.path === path).at(-1)?.answer);
  assert.match(String(order), 'orderId');
  assert.match(String(leave), '"claimed":true');
  let leaves = 0;
  // The question that is held is let go by the backend; the next ones are answered with the old order.
  site.proxy.instead.set(AWAIT, () => order);
  site.proxy.instead.set(CLAIM, () => {
    leaves++;
    return leave;
  });
  await site.passUntil('the old leave came three times', () => leaves >= 3);
  site.proxy.instead.clear();
  assert.equal(await site.releases(), ['command ada']);
  assert.is(site.door.relay, '0');
}));

test('an order comes again to a door that asks leave of the backend itself: it is done once', atSite(async (site) => {
  await site.startDoor();
  assert.is((await site.unlock()).type, 'SUCCESS');
  await site.pass(1_000);
  const order = site.proxy.seen.filter(({ path }) => path === AWAIT).at(-1)?.answer;
  const claims = (): string[] => site.proxy.seen.filter(({ path }) => path === CLAIM).map(({ answer }) => answer);
  site.proxy.instead.set(AWAIT, () => (claims().length === 1 ? order : undefined));
  await site.passUntil('it asked leave again', () => claims().length === 2);
  assert.match(claims()[1] ?? '', '"claimed":false');
  assert.equal(await site.releases(), ['command ada']);
}));

test('an order that was lost on its way to the door reaches it with its next question', atSite(async (site) => {
  await site.startDoor();
  let lost = 0;
  site.proxy.after.set(AWAIT, ({ answer }) => {
    if (answer.includes('orderId') && lost++ === 0) throw new Error('lost');
  });
  const unlocking = site.unlock();
  await eventually('the door noticed', () => site.door.app?.status.get('orders')?.state === 'degraded' || undefined);
  await site.pass(1_000);
  assert.equal(await unlocking, { type: 'SUCCESS' });
  assert.is(lost, 2);
  assert.equal(await site.releases(), ['command ada']);
}));

test('orders of a kind that the door does not know are refused', atSite(async (site) => {
  await site.startDoor();
  site.proxy.after.set(AWAIT, ({ answer }) => answer.replace('"type":"unlock"', '"type":"lock-for-good"'));
  assert.is((await site.unlock()).errorType, 'NOT_ALLOWED');
  assert.equal(await site.releases(), []);
}));

const oddAnswers: [situation: string, path: string, answer: string][] = [
  ['that is no JSON', AWAIT, '<html>'],
  ['without an order', AWAIT, '{}'],
  ['with an order without an id', AWAIT, '{"order": {"type": "unlock", "by": "ada"}}'],
  ['of a megabyte', AWAIT, ' '.repeat(1_000_000)],
  ['that leave is given, without the question', CLAIM, '{"claimed": true}'],
  ['that leave is given, to another question', CLAIM, '{"claimed": true, "nonce": "AAAAAAAAAAAAAAAAAAAAAA"}'],
  ['that leave is "true"', CLAIM, '{"claimed": "true", "nonce": "AAAAAAAAAAAAAAAAAAAAAA"}'],
];
for (const [situation, path, answer] of oddAnswers) {
  test(`an answer of the backend ${situation}: nothing moves, and the caller hears of no success`, atSite(async (site) => {
    await site.startDoor();
    const meddled = gate();
    site.proxy.after.set(path, () => {
      meddled.reach();
      return answer;
    });
    const unlocking = site.unlock();
    await meddled.reached;
    if (path === AWAIT) {
      await eventually('the door knows that something is wrong', () => site.door.app?.status.get('orders')?.state === 'degraded' || undefined);
      site.proxy.before.set(AWAIT, () => gate().reached);
      await site.pass(5_000);
    }
    assert.is((await unlocking).type, 'ERROR');
    assert.equal(await site.releases(), []);
  }));
}

test('two daemons for one door: the one that is pushed aside says so, and they do not push each other in a hurry', atSite(async (site) => {
  const app = await site.startDoor();
  let asked = 0;
  await eventually('its question is under way', () => site.proxy.waiting > 0 || undefined);
  site.proxy.before.set(AWAIT, () => void asked++);
  const otherKey = site.backend.createApiKey('door');
  await eventually('it is pushed aside, and says so', async () => {
    const other = await fetch(`${site.url}${AWAIT}`, {
      method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': otherKey, 'content-type': 'application/json' }, body: JSON.stringify({ doorUuid: ours.door.uuid, holdS: 0 }),
    });
    assert.is(other.status, 200);
    return /second daemon/.test(app.status.get('orders')?.reason ?? '') || undefined;
  });
  // Long enough for a question that was asked at once to have come by.
  for (let i = 0; i < 20; i++) await fetch(`${site.proxy.url}/api/postern/health`);
  assert.is(asked, 0, 'not before its back-off');
  await site.passUntil('then it waits again', () => app.status.get('orders')?.state === 'ok');
}));

test('the backend goes away and comes back: the status tells, and then the door is unlocked as before', atSite(async (site) => {
  const app = await site.startDoor();
  await site.backend.close();
  // The question that was held is answered with nothing; the next one finds nobody.
  await site.passUntil('it is told', () => app.status.get('orders')?.state === 'degraded');
  site.backend = await Backend.open({ dir: join(site.door.dir, 'backend'), clock: site.door.clock });
  site.url = (await site.backend.listen({ host: '127.0.0.1', port: 0 })).url;
  await site.passUntil('it is mended', () => app.status.get('orders')?.state === 'ok');
  assert.is((await site.unlock()).type, 'SUCCESS');
}));

/** Puts a backend process in the place of the site's own. */
async function withProcess(site: Site): Promise<Awaited<ReturnType<typeof started>>> {
  await site.backend.close();
  const backend = await started('backend', '--dir', join(site.door.dir, 'backend'), '--port', '0');
  site.url = /answers at (\S+?)\. /.exec(backend.firstLine)?.[1] ?? '';
  return backend;
}

for (const [moment, when, releases] of [['before it gave leave', 'before', []], ['after it gave leave', 'after', ['command ada']]] as const) {
  test(`the backend is killed ${moment}: the caller's connection breaks, and the door was released ${releases.length === 0 ? 'never' : 'once'}`, atSite(async (site) => {
    const process = await withProcess(site);
    await site.startDoor();
    site.proxy[when].set(CLAIM, async () => {
      process.child.kill('SIGKILL');
      await process.ended;
    });
    await site.unlock().then(() => assert.unreachable(), () => undefined);
    await eventually('the door is done with it', () => site.logged.find((line) => /could not be told|was not carried out/.test(line)));
    assert.equal(await site.releases(), releases);
    assert.equal(site.audit(), [], 'what came of it nobody could write down');
  }));
}

test.run();
