import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ListSync } from '../../../../daemon/access/list-sync.ts';
import { TrustedTime } from '../../../../daemon/access/trusted-time.ts';
import { Validator } from '../../../../daemon/access/validator.ts';
import { Backend } from '../../../../daemon/backend/backend.ts';
import { signerFromSeed, type Signer } from '../../../../daemon/base/ed25519.ts';
import { PosternError } from '../../../../daemon/base/errors.ts';
import type { EventDraft } from '../../../../daemon/base/events.ts';
import { uuidBytes } from '../../../../daemon/base/ids.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../../daemon/base/status.ts';
import { buildTokenList } from '../../../../daemon/base/token-list-file.ts';
import { MemoryState } from '../../../support/memory-state.ts';
import { policy } from '../../access/situation.ts';
import { BACK, FRONT, ServedBackend } from '../served-backend.ts';

const LEAD_S = 900;
const DAY_MS = 86_400_000;
const HIGHEST = Number.MAX_SAFE_INTEGER;
const front = uuidBytes(FRONT) as Uint8Array;

/** The network between a door and its backend, in which a thief may put a list of his own. */
class Network {
  readonly #server: Server;
  url = '';
  list: Uint8Array | undefined;

  constructor(backend: ServedBackend) {
    this.#server = createServer((request, response) => {
      if (this.list && request.url?.startsWith('/api/postern/tokenlist/')) return void response.end(this.list);
      void fetch(backend.url + request.url, { headers: request.headers as Record<string, string> }).then(async (answer) => {
        const headers = Object.fromEntries(['etag', 'date'].map((name) => [name, answer.headers.get(name) ?? '']));
        response.writeHead(answer.status, headers).end(Buffer.from(await answer.arrayBuffer()));
      });
    });
  }

  async open(): Promise<void> {
    this.#server.keepAliveTimeout = 90_000;
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    this.url = `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  close(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** A door that decides by its keys and its list. Its root keys are given once, as from a file that nobody touches again. */
class DoorThere {
  readonly events: EventDraft[] = [];
  readonly lists: ListSync;
  readonly #validator: Validator;
  #attempts = 0;

  private constructor(lists: ListSync, validator: Validator, events: EventDraft[]) {
    this.lists = lists;
    this.#validator = validator;
    this.events = events;
  }

  static async open(backend: ServedBackend, url: string, dir: string, roots: Uint8Array[]): Promise<DoorThere> {
    const { clock } = backend;
    const state = new MemoryState();
    const events: EventDraft[] = [];
    const time = new TrustedTime({ clock, state, rtcHasBattery: true, log: silentLogger });
    const lists = await ListSync.open({
      backend: { url, apiKey: backend.doorKey }, dir, door: front, roots, pollMs: 60_000, maxListAgeMs: policy.maxListAgeMs,
      clock, time, state, status: new StatusBoard(clock), log: silentLogger, onEvent: (draft) => events.push(draft),
    });
    const validator = new Validator({
      door: front, policy, clock, online: undefined, state, log: silentLogger, onEvent: () => undefined, time: () => time.read(), keys: () => lists.keys(),
      list: () => lists.list(), uses: () => ({ counted: 0, lastCountedAtMs: undefined, lastStep: undefined }), lockdown: () => false, commitNonce: async () => undefined,
    });
    return new DoorThere(lists, validator, events);
  }

  /** Fetches what is new; the types of the events that came of it. */
  async sync(): Promise<string[]> {
    await this.lists.syncNow();
    return this.events.splice(0).map((draft) => (draft.type === 'list-refused' || draft.type === 'key-set-refused' ? `${draft.type}: ${draft.detail}` : draft.type));
  }

  async show(text: string): Promise<string> {
    const { verdict } = await this.#validator.decide(text, String(++this.#attempts).padStart(26, '0'));
    return verdict.outcome === 'denied' ? verdict.reason : verdict.outcome;
  }
}

interface Site {
  it: ServedBackend;
  dir: string;
  network: Network;
  door: DoorThere;
  /** The same backend as a command in another process has it. */
  other: Backend;
  issue: () => string;
  /** The secret half of the key that signs now. */
  stolen: (use: string) => Signer;
}

/** A running backend, a door that has synced with it, and another process beside the backend. */
async function atSite(work: (site: Site) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-rotation-'));
  const it = await ServedBackend.open(join(dir, 'backend'));
  const other = await Backend.open({ dir: join(dir, 'backend'), clock: it.clock });
  const network = new Network(it);
  await network.open();
  const door = await DoorThere.open(it, network.url, dir, it.backend.rootPublicKeys());
  const issue = (): string => it.backend.issue({ doors: [FRONT], validS: 7 * 86_400 }).text;
  const stolen = (use: string): Signer => {
    const store = new Database(join(dir, 'backend', 'backend.sqlite'), { readonly: true });
    const seed = store.prepare('SELECT seed FROM signing_keys WHERE use = ? AND state = \'active\'').pluck().get(use) as Buffer;
    store.close();
    return signerFromSeed(seed);
  };
  try {
    assert.equal(await door.sync(), ['key-set-accepted', 'list-accepted']);
    await work({ it, dir, network, door, other, issue, stolen });
  } finally {
    await door.lists.stop();
    network.close();
    await other.close();
    await it.close();
    rmSync(dir, { recursive: true });
  }
}

const signing = (backend: Backend, use: string): string => backend.keyring.signingKeys().find((key) => key.use === use && key.signs)?.id as string;
const stateOf = (backend: Backend, id: string): string | undefined => backend.keyring.signingKeys().find((key) => key.id === id)?.state;

test('a new token key takes over without a gap: codes of before, of the time between and of after all open', () => atSite(async ({ it, door, other, issue }) => {
  const first = signing(other, 'token');
  const before = issue();
  const { id, fromS } = other.keyring.rotation.rotate('token', LEAD_S);
  assert.is(fromS * 1000, it.clock.wallMs() + LEAD_S * 1000);
  assert.is(stateOf(other, first), 'retired');
  assert.equal((await door.sync()).sort(), ['key-set-accepted', 'list-accepted']);
  assert.is(signing(it.backend, 'token'), first, 'the running backend still signs with the old one');
  const between = issue();
  it.clock.advance(LEAD_S * 1000 - 1);
  const last = issue();
  it.clock.advance(1);
  assert.is(signing(it.backend, 'token'), id, 'and from that second on with the new one, without a restart');
  const after = issue();
  await door.sync();
  for (const text of [before, between, last, after]) assert.is(await door.show(text), 'granted');
  for (const text of [before, between, last, after]) assert.is(await it.verdict(text), 'granted', 'online too');
}));

test('a code of a key that the door has not been told of is denied, which is what the lead is for', () => atSite(async ({ door, other, issue }) => {
  other.keyring.rotation.rotate('token', 0);
  const text = issue();
  assert.is(await door.show(text), 'unknown-key');
  await door.sync();
  assert.is(await door.show(text), 'granted');
}));

test('a new list key takes over, and the lists of both are taken', () => atSite(async ({ it, door, other, issue }) => {
  const { id } = other.keyring.rotation.rotate('list', LEAD_S);
  const between = issue();
  assert.equal(await door.sync(), ['key-set-accepted', 'list-accepted']);
  it.clock.advance(LEAD_S * 1000);
  const after = issue();
  assert.equal(await door.sync(), ['list-accepted']);
  assert.is(Buffer.from(door.lists.list()?.keyId ?? []).toString('hex'), id);
  assert.equal([await door.show(between), await door.show(after)], ['granted', 'granted']);
}));

test('of a revoked token key no code opens after the next key set, and new ones are issued under another at once', () => atSite(async ({ it, door, other, issue }) => {
  const stolenId = signing(other, 'token');
  const [old, revoked] = [issue(), it.backend.issue({ doors: [FRONT], validS: 3600 })];
  it.backend.revoke(revoked.tokenId);
  assert.is(other.keyring.signingKeys().find((key) => key.id === stolenId)?.liveCodes, 1, 'the revoked one is none');
  await door.sync();
  assert.is(await door.show(old), 'granted');
  other.keyring.rotation.revoke(stolenId);
  assert.is(await it.verdict(old), 'key-revoked', 'online at once');
  const anew = issue();
  assert.equal(await door.sync(), ['key-set-accepted', 'list-accepted']);
  assert.equal([await door.show(old), await door.show(anew)], ['key-revoked', 'granted']);
  assert.is(other.keyring.signingKeys().find((key) => key.id === stolenId)?.state, 'revoked');
}));

test('a thief\'s list of version 2^53 - 1 does not outlive its key: the door takes its own lists again', () => atSite(async ({ it, network, door, other, issue, stolen }) => {
  const code = issue();
  await door.sync();
  const nowS = Math.floor(it.clock.wallMs() / 1000);
  const thiefs = buildTokenList({ door: front, version: HIGHEST, issuedAtS: nowS, expiresAtS: nowS + 86_400, asOfS: {} }, [], stolen('list'));
  network.list = thiefs;
  assert.equal(await door.sync(), ['list-accepted']);
  network.list = undefined;
  issue();
  assert.match((await door.sync()).join(), new RegExp(`list-refused: .* lower than ${HIGHEST}`), 'only a key set can mend that');

  other.keyring.rotation.revoke(signing(other, 'list'));
  assert.match((await door.sync()).join(), /^key-set-accepted,list-refused: .*no longer counts.*,list-accepted$/s);
  assert.ok((door.lists.list()?.head.version ?? HIGHEST) < 10);
  assert.is(await door.show(code), 'granted');
  network.list = thiefs;
  assert.match((await door.sync()).join(), /the key that signed it was revoked/);
}));

test('after a list key was revoked a door that had no list yet begins above the floor', () => atSite(async ({ it, door, other, issue }) => {
  for (let i = 0; i < 3; i++) {
    issue();
    await door.sync();
  }
  await (await it.get(`/api/postern/tokenlist/${BACK}`)).arrayBuffer();
  other.keyring.rotation.revoke(signing(other, 'list'));
  const garage = await it.get('/api/postern/tokenlist/ICEiIyQlJicoKSorLC0uLw');
  const versionOf = (response: Response): number => Number(/"(\d+)-/.exec(response.headers.get('etag') ?? '')?.[1]);
  assert.is(versionOf(garage), 1, 'the floor of all is that of the door with the lowest');
  assert.equal((await door.sync()).filter((event) => event.startsWith('list-refused: ') || event === 'list-accepted').length, 2);
  assert.is(door.lists.list()?.head.version, 5);
}));

test('the lists that a revoked key signed are not served again, however fresh they are', () => atSite(async ({ it, other }) => {
  const etagOf = async (): Promise<string | null> => (await it.get(`/api/postern/tokenlist/${FRONT}`)).headers.get('etag');
  const before = await etagOf();
  assert.is(await etagOf(), before);
  other.keyring.rotation.revoke(signing(other, 'list'));
  assert.is.not(await etagOf(), before);
}));

test('a further root is taken on over the network, and key sets it signs are accepted', () => atSite(async ({ it, dir, network, door, other, issue }) => {
  const roots = it.backend.rootPublicKeys();
  const late = await DoorThere.open(it, network.url, mkdtempSync(join(dir, 'late-')), roots);
  await late.sync();
  const id = other.keyring.rotation.announceRoot();
  assert.equal(await door.sync(), ['key-set-accepted']);
  assert.is(it.backend.rootPublicKeys().length, 2, 'doors to come get both');
  assert.is(other.keyring.rotation.takeOverRoot(), id);
  other.keyring.rotation.rotate('token', 0);
  const code = issue();
  assert.equal(await door.sync(), ['key-set-accepted', 'list-accepted']);
  assert.is(door.lists.keys()?.version, 4);
  assert.is(await door.show(code), 'granted');
  assert.match((await late.sync())[0] ?? '', /key-set-refused: .*no root key of this door signed it/, 'who missed the announcement');
  await late.lists.stop();
  assert.is(it.backend.rootPublicKeys().length, 1);
  other.keyring.rotation.announceRoot();
  other.keyring.rotation.takeOverRoot();
  assert.equal(await door.sync(), [`key-set-refused: The key set was refused: no root key of this door signed it.`], 'the second change came without a sync between');
}));

test('a door that was away during several changes gets along with the newest set', () => atSite(async ({ it, door, other, issue }) => {
  const codes = [issue()];
  for (let i = 0; i < 3; i++) {
    other.keyring.rotation.rotate('token', 60);
    other.keyring.rotation.rotate('list', 60);
    it.clock.advance(3_600_000);
    codes.push(issue());
  }
  other.keyring.rotation.revoke(signing(other, 'list'));
  const announced = other.keyring.rotation.announceRoot();
  other.keyring.rotation.rotate('list', 0);
  await door.sync();
  for (const code of codes) assert.is(await door.show(code), 'granted');
  assert.is(other.keyring.rotation.takeOverRoot(), announced);
  assert.equal(await door.sync(), ['key-set-accepted']);
}));

// ——— What cannot be done ———
const refusals: [situation: string, work: (backend: Backend) => unknown, code: string][] = [
  ['rotating what is being rotated', (backend) => { backend.keyring.rotation.rotate('token', 60); backend.keyring.rotation.rotate('token', 60); }, 'rotation-under-way'],
  ['revoking what is not there', (backend) => backend.keyring.rotation.revoke('00000000'), 'signing-key-unknown'],
  ['revoking the root', (backend) => backend.keyring.rotation.revoke(signing(backend, 'root')), 'signing-key-root'],
  ['revoking twice', (backend) => { const id = signing(backend, 'list'); backend.keyring.rotation.revoke(id); backend.keyring.rotation.revoke(id); }, 'signing-key-revoked'],
  ['announcing two roots', (backend) => { backend.keyring.rotation.announceRoot(); backend.keyring.rotation.announceRoot(); }, 'root-announced'],
  ['taking over without an announced root', (backend) => backend.keyring.rotation.takeOverRoot(), 'no-root-announced'],
];
for (const [situation, work, code] of refusals) {
  test(`${situation} is refused with what to do, and no key set comes of it`, () => atSite(async ({ other }) => {
    try {
      work(other);
      assert.unreachable();
    } catch (thrown) {
      assert.instance(thrown, PosternError);
      assert.is((thrown as PosternError).code, code);
      assert.match((thrown as PosternError).message, / .*\.?$/);
    }
  }));
}

test('a waiting key that is revoked is replaced by another that waits; a signing one by the one that waits, at once', () => atSite(async ({ it, other, issue }) => {
  const first = signing(other, 'token');
  const waiting = other.keyring.rotation.rotate('token', LEAD_S).id;
  other.keyring.rotation.revoke(waiting);
  assert.is(signing(other, 'token'), first);
  const [next] = other.keyring.signingKeys().filter((key) => key.use === 'token' && key.state === 'active');
  assert.is(next?.signsFromS, Math.floor(it.clock.wallMs() / 1000) + LEAD_S);
  other.keyring.rotation.revoke(first);
  assert.is(signing(it.backend, 'token'), next?.id);
  issue();
}));

test('a key whose time is over signs nothing, and the mend is told', () => atSite(async ({ it, other, issue }) => {
  // A jump, for the backend's own timers would fire all the way.
  it.clock.jumpWall(6 * 365 * DAY_MS);
  assert.throws(issue, (error: unknown) => (error as PosternError).code === 'no-signing-key' && /rotate-key token --lead 0s/.test((error as Error).message));
  other.keyring.rotation.rotate('token', 0);
  issue();
}));

test('keys whose last code has long expired are let go, so that years of rotation fit', () => atSite(async ({ it, door, other, issue }) => {
  for (let i = 0; i < 45; i++) {
    other.keyring.rotation.rotate('token', 0);
    other.keyring.rotation.rotate('list', 0);
    it.clock.jumpWall(30 * DAY_MS);
  }
  const code = issue();
  assert.ok((await door.sync()).includes('key-set-accepted'));
  assert.ok((door.lists.keys()?.keys.length ?? 99) < 35, 'some 400 days of both');
  assert.is(await door.show(code), 'granted');
}));

test.run();
