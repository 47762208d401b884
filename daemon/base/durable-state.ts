/**
 * Small facts that must outlive the process: lockdown, floors, revocations. The event log's database implements it.
 * A value is what JSON can hold; whoever reads one back checks its shape, for the file may come from another version.
 */
export interface DurableState {
  /** The value last set, at once; undefined when there is none. */
  get(key: string): unknown;
  /** Resolves when `value` would survive a power cut. Rejects PosternError('storage'). */
  set(key: string, value: unknown): Promise<void>;
}
