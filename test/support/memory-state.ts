import type { DurableState } from '../../daemon/base/durable-state.ts';
import { PosternError } from '../../daemon/base/errors.ts';

/** Durable state that lives as long as the test. What goes in comes out as JSON would give it back. */
export class MemoryState implements DurableState {
  readonly #values = new Map<string, string>();
  /** Set to have every write fail, as a full disk would. */
  failing = false;

  get(key: string): unknown {
    const text = this.#values.get(key);
    return text === undefined ? undefined : JSON.parse(text);
  }

  async set(key: string, value: unknown): Promise<void> {
    if (this.failing) throw new PosternError('storage', 'The disk is full.', { transient: true });
    this.#values.set(key, JSON.stringify(value));
  }
}
