import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as assert from 'uvu/assert';
import { ListSync } from '../../../daemon/access/list-sync.ts';
import { TrustedTime } from '../../../daemon/access/trusted-time.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import type { Signer } from '../../../daemon/base/ed25519.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import { silentLogger, type Logger } from '../../../daemon/base/logger.ts';
import { StatusBoard } from '../../../daemon/base/status.ts';
import { buildTokenList, type ListEntry, type ListHead } from '../../../daemon/base/token-list-file.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { IssuerServer, root, signedKeySet } from './issuer-server.ts';
import { HERE, listHead, listSigner, NOON_MS, TOKEN_ID } from './situation.ts';

const MINUTE_MS = 60_000;
export const entries: ListEntry[] = [{ id: TOKEN_ID, status: 'active', spent: 0 }];
export const revokedEntries: ListEntry[] = [{ id: TOKEN_ID, status: 'revoked', spent: 0 }];
export const list = (changes: Partial<ListHead> = {}, signer: Signer = listSigner, of = entries): Uint8Array => buildTokenList(listHead(changes), of, signer);

/** A door's state folder and durable state, which outlive the daemon in them. */
export class Home {
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-sync-'));
  readonly state = new MemoryState();
  readonly clock = new VirtualClock(NOON_MS);
  readonly status = new StatusBoard(this.clock);
  readonly events: EventDraft[] = [];
  time: TrustedTime = this.#newTime();
  /** What was logged as a warning. */
  readonly warnings: string[] = [];
  sync: ListSync | undefined;
  readonly issuer: IssuerServer;

  constructor(issuer: IssuerServer) {
    this.issuer = issuer;
    issuer.keySetBytes = signedKeySet();
    issuer.listBytes = list();
  }

  /** Starts the part anew, as after a restart of the daemon. */
  async restart(): Promise<ListSync> {
    await this.sync?.stop();
    this.time = this.#newTime();
    this.sync = await ListSync.open({
      backend: { url: this.issuer.url, apiKey: 'key-1' }, dir: this.dir, door: HERE, roots: [root], pollMs: MINUTE_MS, maxListAgeMs: 24 * 60 * MINUTE_MS,
      clock: this.clock, time: this.time, state: this.state, status: this.status, log: this.#log, onEvent: (draft) => this.events.push(draft), random: () => 0.5,
    });
    return this.sync;
  }

  get listFile(): string {
    return join(this.dir, 'token-list.bin');
  }

  /** The types of the events since the last time it was asked. */
  told(): string[] {
    return this.events.splice(0).map((draft) => draft.type);
  }

  readonly #log: Logger = { ...silentLogger, warn: (message) => void this.warnings.push(message) };

  #newTime(): TrustedTime {
    return new TrustedTime({ clock: this.clock, state: this.state, rtcHasBattery: true, log: silentLogger });
  }
}

export async function atDoor(work: (home: Home, sync: ListSync) => Promise<void>): Promise<void> {
  const issuer = await IssuerServer.open();
  const home = new Home(issuer);
  try {
    await work(home, await home.restart());
  } finally {
    await home.sync?.stop();
    await issuer.close();
    rmSync(home.dir, { recursive: true });
  }
}

/** The same after the first sync, with version 7 of the list in hand. */
export function atSyncedDoor(work: (home: Home, sync: ListSync) => Promise<void>): Promise<void> {
  return atDoor(async (home, sync) => {
    await sync.syncNow();
    assert.equal(home.told(), ['key-set-accepted', 'list-accepted']);
    await work(home, sync);
  });
}
