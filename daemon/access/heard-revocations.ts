import { z } from 'zod';
import type { DurableState } from '../base/durable-state.ts';

const STATE_KEY = 'heard-revocations';
/** [S9] When full, the one that would expire first makes room: its token is denied by itself soonest. */
export const MAX_HEARD = 1_000;

/** Token id (base64url) → when the token expires, in seconds. */
const savedSchema = z.record(z.string().max(64), z.number().int());

/**
 * Revocations the backend told in an answer. The list brings them too, but later: a door that goes offline in
 * between must not let in whom it was told to refuse. Each is kept until its token expires.
 */
export class HeardRevocations {
  readonly #state: DurableState;
  #expiryS: Map<string, number>;

  constructor(state: DurableState) {
    this.#state = state;
    const saved = savedSchema.safeParse(state.get(STATE_KEY));
    this.#expiryS = new Map(saved.success ? Object.entries(saved.data) : []);
  }

  has(tokenId: string): boolean {
    return this.#expiryS.has(tokenId);
  }

  /** Holds at once, and durably when it resolves. `nowMs` is the earliest it can be. Rejects PosternError('storage'). */
  async add(tokenId: string, expiresAtS: number, nowMs: number): Promise<void> {
    if (this.#expiryS.has(tokenId)) return;
    const kept = [...this.#expiryS, [tokenId, expiresAtS] as const].filter(([, untilS]) => untilS * 1_000 > nowMs);
    const latestFirst = kept.sort(([, a], [, b]) => b - a);
    this.#expiryS = new Map(latestFirst.slice(0, MAX_HEARD));
    await this.#state.set(STATE_KEY, Object.fromEntries(this.#expiryS));
  }
}
