import type { Around, Attempt, AlertRule, History } from '../../../../daemon/backend/alerts/alert-rule.ts';

export const DOOR_A = new Uint8Array(16).fill(1);
export const DOOR_B = new Uint8Array(16).fill(2);
export const TOKEN_X = new Uint8Array(16).fill(8);
export const TOKEN_Y = new Uint8Array(16).fill(9);

/** `10 A expired X`: at second 10, at door A, denied because it is expired, token X; `granted` for a grant, `-` for no token. */
export function attemptOf(line: string, i: number): Attempt {
  const [s = '', door, what = '', token] = line.split(' ');
  return {
    id: `e${i}`, atMs: Number(s) * 1000, door: door === 'A' ? DOOR_A : DOOR_B, outcome: what === 'granted' ? 'granted' : 'denied',
    reason: what === 'granted' ? undefined : what, token: token === 'X' ? TOKEN_X : token === 'Y' ? TOKEN_Y : undefined,
  };
}

class ToldHistory implements History {
  readonly #attempts: Attempt[];

  constructor(attempts: Attempt[]) {
    this.#attempts = attempts.toSorted((a, b) => a.atMs - b.atMs);
  }

  atDoor(door: Uint8Array, around: Around): Attempt[] {
    return this.#around(this.#attempts.filter((attempt) => attempt.door === door), around);
  }

  ofToken(token: Uint8Array, around: Around): Attempt[] {
    return this.#around(this.#attempts.filter((attempt) => attempt.token === token), around);
  }

  #around(attempts: Attempt[], { atMs, withinMs, each, reason }: Around): Attempt[] {
    const near = attempts.filter((attempt) => Math.abs(attempt.atMs - atMs) <= withinMs && (reason === undefined || attempt.reason === reason));
    return [...near.filter((attempt) => attempt.atMs <= atMs).slice(-each), ...near.filter((attempt) => attempt.atMs > atMs).slice(0, each)];
  }
}

/** The alerts raised as the attempts become known one after the other, in the order of the lines: `second ids-of-its-events`. */
export function raised(rule: AlertRule, lines: string[]): string[] {
  const attempts = lines.map(attemptOf);
  return attempts.flatMap((attempt, i) => {
    const alert = rule.subjectOf(attempt) === undefined ? undefined : rule.look(attempt, new ToldHistory(attempts.slice(0, i + 1)));
    return alert ? [`${alert.atMs / 1000} ${alert.eventIds.join()}`] : [];
  });
}
