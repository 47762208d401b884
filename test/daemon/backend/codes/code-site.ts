import { Audit } from '../../../../daemon/backend/audit.ts';
import type { IssueRequest } from '../../../../daemon/backend/codes/issue-request.ts';
import type { OfflineCount, OfflineUse } from '../../../../daemon/backend/codes/offline-use.ts';
import { Tokens, type IssuedToken } from '../../../../daemon/backend/codes/tokens.ts';
import { Validation } from '../../../../daemon/backend/codes/validation.ts';
import { Doors } from '../../../../daemon/backend/doors.ts';
import { drawSeeds, SigningKeys } from '../../../../daemon/backend/keys/signing-keys.ts';
import { SharedCommits } from '../../../../daemon/backend/shared-commits.ts';
import { openStore, type Store } from '../../../../daemon/backend/store.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { systemRandom, uuidBytes } from '../../../../daemon/base/ids.ts';
import { BACK, FRONT } from '../served-backend.ts';

/** The parts of a backend that know codes, over a database in memory or in `dir`, without HTTP. */
export class CodeSite {
  readonly clock = new VirtualClock();
  readonly store: Store;
  readonly doors: Doors;
  readonly keys: SigningKeys;
  readonly commits: SharedCommits;
  readonly tokens: Tokens;
  readonly validation: Validation;
  #nonces = 0;

  constructor(dir?: string) {
    const { clock } = this;
    const store = openStore(dir);
    this.store = store;
    this.doors = new Doors(store);
    this.keys = SigningKeys.open(store, clock, () => drawSeeds(systemRandom), Math.floor(clock.wallMs() / 1000) - 86_400);
    this.commits = new SharedCommits(store);
    this.tokens = new Tokens({ store, clock, random: systemRandom, keys: this.keys, doors: this.doors, audit: new Audit(store, clock), maxTokenDays: 31 });
    this.validation = new Validation({ store, commits: this.commits, clock, keys: this.keys, doors: this.doors, maxTokenDays: 31 });
    for (const [uuid, name] of [[FRONT, 'Front door'], [BACK, 'Back door']] as const) this.doors.put({ uuid: bytesOf(uuid), name, hasQr: true });
  }

  issue(request: Partial<IssueRequest> = {}): IssuedToken {
    return this.tokens.issue({ doors: [FRONT], validS: 3600, ...request }, {});
  }

  /** `granted` or the reason of the denial. */
  async verdict(code: string, door = FRONT, nonce = this.nonce()): Promise<string> {
    const { verdict, reason } = await this.validation.answer({ nonce, door: bytesOf(door), code, seenAtMs: this.clock.wallMs() });
    return reason ?? verdict;
  }

  /** What becomes of a use that a door reports. */
  report(use: { tokenId: string; door?: string; nonce?: string } & Partial<Pick<OfflineUse, 'atMs' | 'counts' | 'step'>>): Promise<OfflineCount> {
    const { door = FRONT, nonce = this.nonce(), atMs = this.clock.wallMs(), counts = 1, ...rest } = use;
    return this.commits.run(() => this.validation.countOffline({ nonce, door: bytesOf(door), atMs, counts, ...rest }));
  }

  /** Uses counted at all doors together. */
  spent(tokenId: string): number {
    return this.store.prepare<[Uint8Array], number>('SELECT spent FROM tokens WHERE id = ?').pluck().get(bytesOf(tokenId)) ?? NaN;
  }

  nonce(): string {
    return String(++this.#nonces).padStart(26, '0');
  }
}

export function bytesOf(id: string): Uint8Array {
  const bytes = uuidBytes(id);
  if (!bytes) throw new TypeError(`${id} is no id`);
  return bytes;
}
