import { createHash, timingSafeEqual } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import type { RandomSource } from '../../base/ids.ts';
import type { Store } from '../store.ts';

/** `admin`: everything. `issuer`: codes. `reader`: lists and events. `door`: what a door asks for. */
export type Role = 'admin' | 'issuer' | 'door' | 'reader';

/** Who a request comes from. */
export interface Caller {
  name: string;
  role: Role;
}

const ID_BYTES = 6;
const SECRET_BYTES = 32;
const NOBODY = Buffer.alloc(32);

/**
 * API keys, `<id>.<secret>`. Of the secret only the SHA-256 is stored: with 256 random bits there is
 * nothing to guess, so a slow password hash would buy nothing.
 */
export class ApiKeys {
  readonly #store: Store;
  readonly #clock: Clock;
  readonly #random: RandomSource;

  constructor(store: Store, clock: Clock, random: RandomSource) {
    this.#store = store;
    this.#clock = clock;
    this.#random = random;
  }

  /** The key as its holder gets it, this once. */
  create(role: Role, name: string): string {
    const id = base64url(this.#random(ID_BYTES));
    const secret = base64url(this.#random(SECRET_BYTES));
    this.#store.prepare('INSERT INTO api_keys (id, secret_digest, role, name, created_at_ms) VALUES (?, ?, ?, ?, ?)')
      .run(id, digestOf(secret), role, name, this.#clock.wallMs());
    return `${id}.${secret}`;
  }

  holderOf(key: string): Caller | undefined {
    const [id = '', secret = ''] = key.split('.', 2);
    const row = this.#store.prepare<[string], Caller & { digest: Buffer }>('SELECT name, role, secret_digest AS digest FROM api_keys WHERE id = ?').get(id);
    // An unknown id costs the same comparison as a wrong secret.
    const matches = timingSafeEqual(digestOf(secret), row?.digest ?? NOBODY);
    return row && matches ? { name: row.name, role: row.role } : undefined;
  }
}

function base64url(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('base64url');
}

function digestOf(secret: string): Buffer {
  return createHash('sha256').update(secret).digest();
}
