import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Backend } from '../daemon/backend/backend.ts';
import { systemClock } from '../daemon/base/clock.ts';
import { addCodesLike } from '../test/daemon/backend/many-codes.ts';
import type { BenchRow } from './bench-rows.ts';

const FRONT = 'AAECAwQFBgcICQoLDA0ODw';
const BACK = 'EBESExQVFhcYGRobHB0eHw';
const PER_KIND = 250_000;
const PAGES = 200;
const LIST = '/api/accesscontrol/qr/getQRAccessCodes';

/** How long a page of 1,000 takes among 1,000,000 live codes, over HTTP, until its last byte is there. */
export async function benchListing(): Promise<BenchRow[]> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-bench-listing-'));
  const backend = await Backend.open({ dir, clock: systemClock });
  try {
    fill(backend, dir);
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
    const headers = { 'x-auth-scheme': 'api-token', 'x-auth-apikey': backend.createApiKey('admin'), 'content-type': 'application/json' };
    const rows: BenchRow[] = [];
    for (const [name, filter] of questions) {
      const times = await timesOf(filter, async (body) => (await fetch(url + LIST, { method: 'POST', headers, body: JSON.stringify(body) })).text());
      rows.push({ name: `page of 1,000 of 1,000,000 codes, ${name}, median`, value: at(times, 0.5), unit: 'ms', goal: 20 }, { name: `page of 1,000 of 1,000,000 codes, ${name}, p99`, value: at(times, 0.99), unit: 'ms' });
    }
    return rows;
  } finally {
    await backend.close();
    rmSync(dir, { recursive: true });
  }
}

const questions: [name: string, filter: object][] = [['all', {}], ['of a door', { doorUuid: FRONT }], ['active', { status: 'active' }], ['of a principal', { auditPrincipal: 'bulk' }], ['revoked at a door (none)', { doorUuid: FRONT, status: 'revoked' }]];

/** A quarter for an event, all of one end and one principal; the rest of ends of their own. */
function fill(backend: Backend, dir: string): void {
  backend.addDoor({ uuid: FRONT, name: 'Front door' });
  backend.addDoor({ uuid: BACK, name: 'Back door' });
  const nowS = Math.floor(systemClock.wallMs() / 1000);
  addCodesLike(dir, backend.issue({ doors: [FRONT], validS: 86_400 }, 'bulk').tokenId, PER_KIND);
  addCodesLike(dir, backend.issue({ doors: [BACK], validS: 86_400 }).tokenId, 3 * PER_KIND, (index) => nowS + 7_200 + index);
}

async function timesOf(filter: object, ask: (body: object) => Promise<string>): Promise<number[]> {
  const times: number[] = [];
  let lastEvaluatedKey: string | null = null;
  for (let i = 0; i < PAGES; i++) {
    const startedMs = performance.now();
    const answer: string = await ask({ ...filter, maxPageSize: 1_000, lastEvaluatedKey });
    times.push(performance.now() - startedMs);
    ({ lastEvaluatedKey } = JSON.parse(answer) as { lastEvaluatedKey: string | null });
  }
  return times.sort((a, b) => a - b);
}

function at(sorted: number[], part: number): number {
  return sorted[Math.floor(sorted.length * part)] ?? NaN;
}
