/** The stored pictures of one attempt. */
export interface StoredAttempt {
  attemptId: string;
  atMs: number;
  /** Paths below the evidence folder. */
  files: string[];
  bytes: number;
  /** Kept whatever its age and whatever the folder's size (a legal hold). */
  held: boolean;
}

export interface RetentionLimits {
  /** What is older goes; undefined while the clock is not believed. */
  beforeMs: number | undefined;
  /** The oldest go while there is more than this. */
  maxBytes: number;
}

/** Attempts whose pictures go together, with what is written about them. */
export interface Deletion {
  why: 'age' | 'size';
  attempts: StoredAttempt[];
}

/** Which pictures are too old or too many: the oldest, but never one that is held. */
export function planDeletions(stored: StoredAttempt[], { beforeMs, maxBytes }: RetentionLimits): Deletion[] {
  const byAge = (a: StoredAttempt, b: StoredAttempt): number => a.atMs - b.atMs || (a.attemptId < b.attemptId ? -1 : 1);
  const free = stored.filter((attempt) => !attempt.held).sort(byAge);
  const aged = free.filter((attempt) => beforeMs !== undefined && attempt.atMs < beforeMs);
  let bytes = sum(stored) - sum(aged);
  const surplus: StoredAttempt[] = [];
  for (const attempt of free.slice(aged.length)) {
    if (bytes <= maxBytes) break;
    surplus.push(attempt);
    bytes -= attempt.bytes;
  }
  return [{ why: 'age' as const, attempts: aged }, { why: 'size' as const, attempts: surplus }].filter(({ attempts }) => attempts.length > 0);
}

function sum(attempts: StoredAttempt[]): number {
  return attempts.reduce((bytes, attempt) => bytes + attempt.bytes, 0);
}
