/**
 * Measures the backend over HTTP, as a process on a disk, asked by a process of its own: codes issued, questions answered
 * with durable use counts, and both with a million live codes. Run by `npm run bench`; `--short` sends a few hundred requests.
 */
import { randomBytes } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { codesPageKey } from '../daemon/backend/calls/get-qr-access-codes.ts';
import { ruuidOf } from '../daemon/base/ids.ts';
import { BenchSite } from './bench-backend-site.ts';
import { benchTable, type BenchRow } from './bench-rows.ts';

type Loaded = Awaited<ReturnType<BenchSite['load']>>;

/** As many doors as ask at the same moment. In such a closed loop each waits for the others: a question's time is their number over the rate. */
const CONNECTIONS = 16;

const QR = '/api/accesscontrol/qr/';

export interface BackendCodesSizes {
  generate: number;
  validate: number;
  /** Live codes in the large database. */
  live: number;
  pages: number;
}

export const fullSizes: BackendCodesSizes = { generate: 3_000, validate: 30_000, live: 1_000_000, pages: 40 };
export const shortSizes: BackendCodesSizes = { generate: 100, validate: 300, live: 5_000, pages: 5 };

export async function benchBackendCodes(sizes = fullSizes): Promise<BenchRow[]> {
  return [
    ...await withSite({ resting: 0, used: Math.min(5_000, sizes.validate) }, async (site) => [...await generated(site, sizes), ...validated('validate', await validate(site, sizes.validate))]),
    ...await withSite({ resting: sizes.live, used: Math.min(5_000, sizes.validate) }, async (site) => [
      ...validated(`${sizes.live} live codes: validate`, await validate(site, sizes.validate)),
      ...await whileListsAreMade(site, sizes),
      ...await paged(site, sizes),
    ]),
  ];
}

async function withSite(codes: { resting: number; used: number }, measure: (site: BenchSite) => Promise<BenchRow[]>): Promise<BenchRow[]> {
  const site = await BenchSite.open(codes);
  try {
    return await measure(site);
  } finally {
    await site.close();
  }
}

async function generated(site: BenchSite, { generate }: BackendCodesSizes): Promise<BenchRow[]> {
  const bodies = (count: number): string[] => Array.from({ length: count }, (_, i) => JSON.stringify({ accessControlledDoorUuid: site.doors[i % site.doors.length], validDurationSec: 86_400, maxUses: 2, auditPrincipal: 'bench' }));
  await site.load(`${QR}generateQRAccessCode`, site.adminKey, bodies(50), 8, '"qrCode"');
  const { right, seconds, medianMs, p99Ms, cpuMs } = await site.load(`${QR}generateQRAccessCode`, site.adminKey, bodies(generate), 16, '"qrCode"');
  return [
    { name: 'generate, 16 connections', value: right / seconds, unit: '/s', atLeast: 200 },
    { name: 'generate, 16 connections: median', value: medianMs, unit: 'ms' },
    { name: 'generate, 16 connections: p99', value: p99Ms, unit: 'ms' },
    { name: 'generate: processor time of the backend each', value: cpuMs, unit: 'ms' },
  ];
}

/** Codes for many uses, so that every answer is a grant that counts one. */
function validate(site: BenchSite, count: number, connections = CONNECTIONS): Promise<Loaded> {
  const bodies = Array.from({ length: count }, (_, i) => {
    const { text, door } = site.used[i % site.used.length] as BenchSite['used'][number];
    return JSON.stringify({ nonce: randomBytes(16).toString('base64url'), doorUuid: door, code: text, tokenId: randomBytes(16).toString('base64url'), timestampMs: Date.now() });
  });
  return site.load(`${QR}validateQRAccessCode`, site.doorKey, bodies, connections, '"granted"');
}

function validated(name: string, { right, seconds, medianMs, p99Ms, longestMs, cpuMs }: Loaded): BenchRow[] {
  return [
    { name: `${name}, ${CONNECTIONS} connections`, value: right / seconds, unit: '/s', atLeast: 1_500 },
    { name: `${name}: median`, value: medianMs, unit: 'ms' },
    { name: `${name}: p99`, value: p99Ms, unit: 'ms', goal: 25 },
    { name: `${name}: longest`, value: longestMs, unit: 'ms' },
    { name: `${name}: processor time of the backend each`, value: cpuMs, unit: 'ms' },
  ];
}

/** A door's list is asked for again and again while doors ask about codes; each use of a code makes it out of date. */
async function whileListsAreMade(site: BenchSite, { validate: count, live }: BackendCodesSizes): Promise<BenchRow[]> {
  const stop = new AbortController();
  let lists = 0;
  let longestMs = 0;
  const asking = (async () => {
    while (!stop.signal.aborted) {
      const door = site.doors[lists % site.doors.length] ?? '';
      await site.load(`${QR}generateQRAccessCode`, site.adminKey, [JSON.stringify({ accessControlledDoorUuid: door, validDurationSec: 3_600 })], 1, '"qrCode"');
      const startedMs = performance.now();
      const response = await fetch(`${site.url}/api/postern/tokenlist/${door}`, { headers: site.headers(site.doorKey) });
      await response.arrayBuffer();
      longestMs = Math.max(longestMs, performance.now() - startedMs);
      lists++;
      await pause(500);
    }
  })();
  const outcome = await validate(site, count);
  stop.abort();
  await asking;
  const name = `${live} live codes, lists of ${Math.round(live / site.doors.length)} being made: validate`;
  return [...validated(name, outcome), { name: `lists made meanwhile: ${lists}, longest`, value: longestMs, unit: 'ms' }];
}

async function paged(site: BenchSite, { pages }: BackendCodesSizes): Promise<BenchRow[]> {
  // Codes are listed by their end, and these end over the next month.
  const inTwoWeeksS = Math.floor(Date.now() / 1_000) + 14 * 86_400;
  const bodies = Array.from({ length: pages }, (_, i) => JSON.stringify({ maxPageSize: 1_000, lastEvaluatedKey: codesPageKey.write([inTwoWeeksS + i * 60, ruuidOf(randomBytes(16))]) }));
  const { medianMs, longestMs } = await site.load(`${QR}getQRAccessCodes`, site.adminKey, bodies, 1, '"accesTokenUuid"');
  return [
    { name: 'a page of 1000 codes in the middle: median', value: medianMs, unit: 'ms', goal: 20 },
    { name: 'a page of 1000 codes in the middle: longest', value: longestMs, unit: 'ms' },
  ];
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(benchTable(await benchBackendCodes(process.argv.includes('--short') ? shortSizes : fullSizes)));
}
