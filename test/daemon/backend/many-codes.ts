import Database from 'better-sqlite3';
import { join } from 'node:path';

/**
 * Puts `count` codes beside one that was issued, which are like it but for their ids, far faster than they are issued.
 * `expiresAtS` gives each its end.
 */
export function addCodesLike(dir: string, tokenId: string, count: number, expiresAtS?: (index: number) => number): void {
  const store = new Database(join(dir, 'backend.sqlite'), { timeout: 10_000 });
  store.pragma('cache_size = -400000');
  store.function('end_of', (index, own) => expiresAtS?.(Number(index)) ?? Number(own));
  const id = Buffer.from(tokenId, 'base64url');
  const columns = (table: string): string[] => (store.pragma(`table_info(${table})`) as { name: string }[]).map(({ name }) => name);
  const changed: Record<string, string> = { id: 'randomblob(16)', expires_at_s: 'end_of(n.i, t.expires_at_s)' };
  store.transaction(() => {
    const before = store.prepare<[], number>('SELECT max(rowid) FROM tokens').pluck().get();
    store.prepare(`WITH RECURSIVE n (i) AS (SELECT 0 UNION ALL SELECT i + 1 FROM n WHERE i + 1 < ?)
      INSERT INTO tokens SELECT ${columns('tokens').map((name) => changed[name] ?? `t.${name}`).join(', ')} FROM n, tokens t WHERE t.id = ?`).run(count, id);
    store.prepare(`INSERT INTO token_doors SELECT ${columns('token_doors').map((name) => name === 'token' ? 't.id' : `d.${name}`).join(', ')}
      FROM tokens t, token_doors d WHERE t.rowid > ? AND d.token = ?`).run(before, id);
  }).immediate();
  store.close();
}
