import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { systemClock } from '../../daemon/base/clock.ts';
import { eventually } from '../support/eventually.ts';
import { OwnDoor } from '../support/own-door.ts';
import { flatPicture } from '../support/qr-picture.ts';
import { without } from './backend/events/door-log.ts';
import type { FoundEvent } from './backend/events/reporting-site.ts';

const script = fileURLToPath(new URL('./site-process.js', import.meta.url));
const DOOR = 'ysCEp0Z0C9EnWS1Aj7no_g';

interface Site {
  url: string;
  doorKey: string;
  readerKey: string;
  code: string;
  roots: string[];
}

/** A door of real parts, and beside it a backend in a process of its own, with a real disk and real time. */
class DoorAndBackend {
  readonly door: OwnDoor;
  site!: Site;
  #child: ChildProcess | undefined;

  constructor(door: OwnDoor) {
    this.door = door;
  }

  async startBackend(): Promise<void> {
    const port = (this.site as Site | undefined) ? new URL(this.site.url).port : '0';
    this.#child = spawn(process.execPath, [script, join(this.door.dir, 'backend'), port, DOOR], { stdio: ['ignore', 'pipe', 'inherit'] });
    const [line] = await once(this.#child.stdout as NodeJS.ReadableStream, 'data') as [Buffer];
    const site = JSON.parse(line.toString()) as Site;
    this.site = (this.site as Site | undefined) ? { ...this.site, readerKey: site.readerKey } : site;
  }

  async killBackend(): Promise<void> {
    const child = this.#child;
    this.#child = undefined;
    if (!child) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  async startDoor(): Promise<void> {
    const { url, doorKey, roots } = this.site;
    await this.door.start({
      config: { backend: { url, apiKeyFile: '', uploadEvents: true, uploadPictures: 'all' } },
      secrets: { roots: roots.map((root) => Buffer.from(root, 'base64url')), apiKey: doorKey, zoneMaster: undefined },
    });
  }

  /** Shows a code until the door has decided: on a busy machine it may let a frame go that had to wait. */
  async shows(text: string, outcome: string): Promise<void> {
    await eventually(outcome, async () => {
      await this.door.show(text);
      return this.door.events().some(({ type }) => type === outcome);
    });
  }

  async find(query: object = {}): Promise<FoundEvent[]> {
    const response = await fetch(`${this.site.url}/api/postern/events/findEvents`, {
      method: 'POST', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': this.site.readerKey, 'content-type': 'application/json' },
      body: JSON.stringify({ oldestFirst: true, maxPageSize: 1_000, ...query }),
    });
    assert.is(response.status, 200);
    return ((await response.json()) as { events: FoundEvent[] }).events;
  }

  /** Waits until the backend has all that the door has; returns their numbers there, in the order in which they arrived. */
  async inStep(): Promise<unknown[]> {
    return eventually('the backend has every event', async () => {
      const found = await this.find();
      const last = this.door.events().at(-1)?.seq;
      return found.some(({ event }) => event.seq === last) ? found.filter(({ event }) => event.seq !== undefined).map(({ event }) => event.seq) : undefined;
    });
  }

  async close(): Promise<void> {
    await this.killBackend();
    await this.door.close();
  }
}

test('attempts at a door are found at the backend with their pictures; a backend that is killed and comes back has every event, once, in order', async () => {
  const it = new DoorAndBackend(await OwnDoor.open({ clock: systemClock }));
  try {
    await it.startBackend();
    await it.startDoor();
    await it.shows(it.site.code, 'access-granted');
    await it.shows('not a door code', 'access-denied');
    it.door.camera.show(flatPicture(640, 480, 90));
    const attempts = await eventually('both attempts are there with a picture', async () => {
      const found = await it.find({ typeFilter: ['access-granted', 'access-denied'] });
      return found.length === 2 && found.every(({ pictures }) => pictures.some(({ state }) => state === 'stored')) ? found : undefined;
    });
    assert.equal(attempts.map(({ outcome, person }) => [outcome, person?.auditPrincipal]), [['granted', 'front desk'], ['denied', undefined]]);
    const picture = attempts[1]?.pictures.find(({ state }) => state === 'stored');
    const got = await fetch(it.site.url + (picture?.path ?? ''), { headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': it.site.readerKey } });
    assert.equal([...Buffer.from(await got.arrayBuffer()).subarray(0, 3)], [0xff, 0xd8, 0xff]);

    await it.killBackend();
    const { app } = it.door;
    // Enough for several uploads, so that the second kill comes between two of them.
    for (let i = 0; i < 450; i++) await app?.events.append({ type: i % 2 ? 'door-closed' : 'door-opened' });
    await it.startBackend();
    await eventually('some of it has arrived', async () => (await it.find({ typeFilter: ['door-opened'] })).length > 0);
    await it.killBackend();
    await app?.events.append({ type: 'exit-requested' });
    await it.startBackend();
    const seqs = await it.inStep();
    assert.equal(seqs, it.door.events().slice(0, seqs.length).map(({ seq }) => seq));
    assert.equal((await it.find({ typeFilter: ['alert-raised'] })).map(({ text }) => text), []);
    const [last] = await it.find({ typeFilter: ['exit-requested'] });
    assert.equal(last?.event, without(it.door.events().find(({ type }) => type === 'exit-requested'), 'hash'));
  } finally {
    await it.close();
  }
});

test.run();
