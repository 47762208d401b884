import { createHash } from 'node:crypto';
import type { Clock } from '../../base/clock.ts';
import { ulidBytes } from '../../base/ids.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { Store } from '../store.ts';
import type { PictureFiles, PictureName } from './picture-files.ts';

export const pictureKinds = ['approach', 'scan', 'entry'] as const;

export type PictureState = 'missing' | 'stored' | 'gone' | 'deleted';

/** A picture as an event vouches for it. */
export interface PictureClaim {
  attemptId: string;
  kind: string;
  sha256: string;
}

export interface PictureRow {
  kind: string;
  sha256: string;
  state: PictureState;
}

export interface PicturesOptions {
  store: Store;
  commits: SharedCommits;
  clock: Clock;
  /** Absent for a backend in memory, which keeps no pictures. */
  files: PictureFiles | undefined;
}

/** A door vouches for three pictures an attempt, in two events. */
const MAX_CLAIMS = 8;

/** Pictures of attempts: which ones events vouch for, and what became of them. */
export class Pictures {
  readonly #o: PicturesOptions;
  readonly #statements;

  constructor(options: PicturesOptions) {
    const { store } = options;
    this.#o = options;
    this.#statements = {
      expect: store.prepare('INSERT INTO pictures (door, attempt, kind, sha256, state) VALUES (?, ?, ?, ?, \'missing\') ON CONFLICT DO NOTHING'),
      state: store.prepare<[Uint8Array, string, string, string], PictureState>('SELECT state FROM pictures WHERE door = ? AND attempt = ? AND kind = ? AND sha256 = ?').pluck(),
      stored: store.prepare('UPDATE pictures SET state = \'stored\', bytes = ?, stored_ms = ? WHERE door = ? AND attempt = ? AND kind = ? AND sha256 = ?'),
      gone: store.prepare('UPDATE pictures SET state = \'gone\' WHERE door = ? AND attempt = ? AND kind = ? AND sha256 = ? AND state = \'missing\''),
      ofAttempt: store.prepare<[Uint8Array, string], PictureRow>('SELECT kind, sha256, state FROM pictures WHERE door = ? AND attempt = ? ORDER BY kind, stored_ms DESC'),
      bytes: store.prepare<[], number>('SELECT coalesce(sum(bytes), 0) FROM pictures WHERE state = \'stored\'').pluck(),
      oldest: store.prepare<[number], PictureName & { bytes: number; storedMs: number }>(
        'SELECT door, attempt, kind, sha256, bytes, stored_ms AS storedMs FROM pictures WHERE state = \'stored\' ORDER BY stored_ms LIMIT ?'),
      deleted: store.prepare('UPDATE pictures SET state = \'deleted\' WHERE door = ? AND attempt = ? AND kind = ? AND sha256 = ?'),
      forget: store.prepare('DELETE FROM pictures WHERE door IN (SELECT uuid FROM doors) AND attempt < ? AND state <> \'stored\''),
    };
  }

  /** True unless this backend lives in memory. */
  get areKept(): boolean {
    return this.#o.files !== undefined;
  }

  /** Takes down which pictures an event vouches for; in the transaction that stores the event. */
  expect(door: Uint8Array, event: Record<string, unknown>): void {
    for (const { attemptId, kind, sha256 } of claimsOf(event)) this.#statements.expect.run(door, attemptId, kind, sha256);
  }

  /** Those of the claims that are not here and not known to be gone. */
  missing(door: Uint8Array, claims: PictureClaim[]): PictureClaim[] {
    return this.areKept ? claims.filter(({ attemptId, kind, sha256 }) => this.#statements.state.get(door, attemptId, kind, sha256) === 'missing') : [];
  }

  /** That the door has them no more. */
  gone(door: Uint8Array, claims: PictureClaim[]): void {
    for (const { attemptId, kind, sha256 } of claims) this.#statements.gone.run(door, attemptId, kind, sha256);
  }

  ofAttempt(door: Uint8Array, attempt: string): PictureRow[] {
    return this.#statements.ofAttempt.all(door, attempt);
  }

  /**
   * Stores a picture that an event vouches for; false when it is here already. Throws ApiError(409 'picture-unvouched',
   * 400 'not-jpeg', 501 'pictures-not-kept').
   */
  async store(door: Uint8Array, attempt: string, kind: string, jpeg: Uint8Array): Promise<boolean> {
    const { files, commits, clock } = this.#o;
    if (!files) throw new ApiError(501, 'pictures-not-kept', 'This backend lives in memory and keeps no pictures. Start one with a folder.');
    if (!isJpeg(jpeg)) throw new ApiError(400, 'not-jpeg', 'The body is no JPEG. Nothing was stored.');
    const sha256 = createHash('sha256').update(jpeg).digest('hex');
    const state = this.#statements.state.get(door, attempt, kind, sha256);
    if (state === undefined) throw new ApiError(409, 'picture-unvouched', 'No uploaded event vouches for this picture. Upload the evidence-stored event first, and send the bytes it has the digest of.');
    if (state === 'stored' || state === 'deleted') return false;
    await files.put({ door, attempt, kind, sha256 }, jpeg);
    await commits.run(() => this.#statements.stored.run(jpeg.length, clock.wallMs(), door, attempt, kind, sha256));
    return true;
  }

  /** The newest stored picture of that kind. */
  async read(door: Uint8Array, attempt: string, kind: string): Promise<{ sha256: string; jpeg: Uint8Array } | undefined> {
    const row = this.ofAttempt(door, attempt).find((picture) => picture.kind === kind && picture.state === 'stored');
    const jpeg = row && await this.#o.files?.get({ door, attempt, kind, sha256: row.sha256 });
    return row && jpeg && { sha256: row.sha256, jpeg };
  }

  /** Deletes those that were stored first, as long as they are older or there is more than allowed; a piece at a time. Resolves to how many. */
  async prune({ beforeMs, maxBytes, limit }: { beforeMs: number; maxBytes: number; limit: number }): Promise<number> {
    let bytes = this.#statements.bytes.get() ?? 0;
    const going: PictureName[] = [];
    for (const picture of this.#statements.oldest.all(limit)) {
      if (picture.storedMs >= beforeMs && bytes <= maxBytes) break;
      bytes -= picture.bytes;
      going.push(picture);
    }
    for (const name of going) await this.#o.files?.remove(name);
    await this.#o.commits.run(() => {
      for (const { door, attempt, kind, sha256 } of going) this.#statements.deleted.run(door, attempt, kind, sha256);
    });
    return going.length;
  }

  /** What became of pictures of attempts before that ULID; those that are stored stay. */
  forget(attempt: string): void {
    this.#statements.forget.run(attempt);
  }
}

/** The pictures that an event vouches for, as far as they are well-formed. */
export function claimsOf({ type, attemptId, pictures }: Record<string, unknown>): PictureClaim[] {
  if (type !== 'evidence-stored' || typeof attemptId !== 'string' || !ulidBytes(attemptId) || !Array.isArray(pictures)) return [];
  return pictures.slice(0, MAX_CLAIMS).flatMap((picture: unknown) => {
    const { kind, sha256 } = (picture ?? {}) as Record<string, unknown>;
    const isClaim = pictureKinds.some((known) => known === kind) && typeof sha256 === 'string' && /^[0-9a-f]{64}$/.test(sha256);
    return isClaim ? [{ attemptId, kind: kind as string, sha256 }] : [];
  });
}

/** Begins and ends as one (ITU-T T.81 §B.1.1.3: SOI, EOI); that it is the one meant, its digest says. */
function isJpeg(bytes: Uint8Array): boolean {
  return bytes.length > 4 && bytes[0] === 0xff && bytes[1] === 0xd8 && bytes[2] === 0xff && bytes.at(-2) === 0xff && bytes.at(-1) === 0xd9;
}
