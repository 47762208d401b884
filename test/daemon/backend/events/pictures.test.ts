import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../../daemon/backend/backend.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import type { PictureKind } from '../../../../daemon/base/events.ts';
import { flatPicture, jpegOf } from '../../../support/qr-picture.ts';
import { DoorLog, newId } from './door-log.ts';
import { atSite, BACK, FRONT, type ReportingSite } from './reporting-site.ts';

const jpeg = async (luma: number): Promise<Uint8Array<ArrayBuffer>> => Uint8Array.from(await jpegOf(flatPicture(64, 48, luma)));
const digestOf = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Uploads an attempt and the event that vouches for these pictures of it. */
async function vouched(site: ReportingSite, pictures: Partial<Record<PictureKind, Uint8Array>>): Promise<{ log: DoorLog; attemptId: string; missing: unknown }> {
  const log = new DoorLog(FRONT);
  const attemptId = log.attempt({ denied: 'garbage' }, site.nowMs).id;
  log.append({
    type: 'evidence-stored', attemptId,
    pictures: Object.entries(pictures).map(([kind, bytes]) => ({ kind: kind as PictureKind, file: 'x.jpg', sha256: digestOf(bytes), width: 64, height: 48 })),
  }, site.nowMs);
  const { body } = await site.upload(log);
  return { log, attemptId, missing: body.missingPictures };
}

const pathOf = (attemptId: string, kind: string, door = FRONT): string => `/api/postern/door/evidence/${door}/${attemptId}/${kind}`;

function filesIn(dir: string): string[] {
  return existsSync(dir) ? readdirSync(dir, { recursive: true, encoding: 'utf8' }).filter((name) => statSync(join(dir, name)).isFile()) : [];
}

test('a picture that an event vouches for is missing, is sent, and is found with the attempt; it is missing no more', atSite(async (site) => {
  const [scan, entry] = [await jpeg(90), await jpeg(120)];
  const { log, attemptId, missing } = await vouched(site, { scan, entry });
  assert.equal(missing, [{ attemptId, kind: 'scan', sha256: digestOf(scan) }, { attemptId, kind: 'entry', sha256: digestOf(entry) }]);
  assert.equal(await (await site.request('PUT', pathOf(attemptId, 'scan'), site.keys.door, scan, 'image/jpeg')).json(), { stored: true });
  assert.equal(await (await site.request('PUT', pathOf(attemptId, 'scan'), site.keys.door, scan, 'image/jpeg')).json(), { stored: false });
  assert.equal((await site.upload(log)).body.missingPictures, [{ attemptId, kind: 'entry', sha256: digestOf(entry) }]);
  const [attempt] = await site.find({ outcome: 'denied' });
  assert.equal(attempt?.pictures.map(({ kind, state }) => `${kind} ${state}`), ['entry missing', 'scan stored']);
  const got = await site.request('GET', attempt?.pictures[1]?.path ?? '', site.keys.reader);
  assert.equal([got.status, got.headers.get('content-type'), got.headers.get('cache-control'), got.headers.get('x-content-type-options')], [200, 'image/jpeg', 'private, no-store', 'nosniff']);
  assert.is(digestOf(Buffer.from(await got.arrayBuffer())), digestOf(scan));
}));

test('looking at a picture is written down with who looked; a HEAD and a refusal are not', atSite(async (site) => {
  const scan = await jpeg(90);
  const { attemptId } = await vouched(site, { scan });
  await site.request('GET', pathOf(attemptId, 'scan'), site.keys.reader);
  await site.request('PUT', pathOf(attemptId, 'scan'), site.keys.door, scan, 'image/jpeg');
  assert.equal(await audited(site), []);
  await (await site.request('GET', pathOf(attemptId, 'scan'), site.keys.reader)).arrayBuffer();
  assert.equal(await audited(site), [`reader ${FRONT} ${attemptId} scan`]);
}));

async function audited(site: ReportingSite): Promise<string[]> {
  const { default: Database } = await import('better-sqlite3');
  const db = new Database(join(site.dir, 'backend.sqlite'), { readonly: true });
  try {
    return db.prepare('SELECT api_key || \' \' || subject FROM audit WHERE action = \'picture-viewed\'').pluck().all() as string[];
  } finally {
    db.close();
  }
}

test('a picture that the door has no more is asked for no more', atSite(async (site) => {
  const { log, attemptId, missing } = await vouched(site, { scan: await jpeg(90) });
  await site.upload(log, [], { gonePictures: missing });
  assert.equal((await site.upload(log)).body.missingPictures, []);
  assert.is((await site.find({ outcome: 'denied' }))[0]?.pictures[0]?.state, 'gone');
  assert.is((await site.request('GET', pathOf(attemptId, 'scan'), site.keys.admin)).status, 404);
}));

test('pictures too old go, and one that was changed on the disk is not shown', atSite(async (site) => {
  const scan = await jpeg(90);
  const { log, attemptId } = await vouched(site, { scan });
  await site.request('PUT', pathOf(attemptId, 'scan'), site.keys.door, scan, 'image/jpeg');
  const [file] = filesIn(join(site.dir, 'evidence'));
  writeFileSync(join(site.dir, 'evidence', file ?? ''), await jpeg(10));
  assert.is((await site.request('GET', pathOf(attemptId, 'scan'), site.keys.admin)).status, 404);
  await site.clock.advanceTo(3 * 3_600_000, () => site.backend.idle());
  assert.equal(filesIn(join(site.dir, 'evidence')), []);
  assert.is((await site.find({ outcome: 'denied' }))[0]?.pictures[0]?.state, 'deleted');
  assert.equal((await site.upload(log)).body.missingPictures, [], 'and are not asked for again');
}, { retention: { maxAgeDays: 10, maxMb: 100, evidenceMaxAgeH: 2, evidenceMaxMb: 100 } }));

test('more pictures than allowed: those that came first go', atSite(async (site) => {
  const noise = (): Uint8Array<ArrayBuffer> => Uint8Array.from([0xff, 0xd8, 0xff, ...randomBytes(400_000), 0xff, 0xd9]);
  const pictures = [noise(), noise(), noise()];
  for (const scan of pictures) {
    const { attemptId } = await vouched(site, { scan });
    await site.request('PUT', pathOf(attemptId, 'scan'), site.keys.door, scan, 'image/jpeg');
    site.clock.advance(1_000);
  }
  await site.clock.advanceTo(200_000, () => site.backend.idle());
  assert.equal((await site.find({ outcome: 'denied' })).map(({ pictures: [scan] }) => scan?.state), ['stored', 'stored', 'deleted']);
}, { retention: { maxAgeDays: 10, maxMb: 100, evidenceMaxAgeH: 72, evidenceMaxMb: 1 } }));

test('a backend in memory keeps no pictures and asks for none', async () => {
  const backend = await Backend.open({ clock: new VirtualClock() });
  backend.addDoor({ uuid: FRONT, name: 'Front door' });
  const key = backend.createApiKey('door');
  const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
  const reply = await fetch(url + pathOf(newId(0), 'scan'), { method: 'PUT', headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': key }, body: await jpeg(1) });
  assert.equal([reply.status, ((await reply.json()) as { code: string }).code], [501, 'pictures-not-kept']);
  await backend.close();
});

const refused: Record<string, (site: ReportingSite, scan: Uint8Array<ArrayBuffer>, attemptId: string) => [path: string, body: string | Uint8Array<ArrayBuffer>, status: number, code: string]> = {
  'of another digest than the event says': (_, scan, id) => [pathOf(id, 'scan'), Uint8Array.from([...scan.slice(0, -2), 0, 0xff, 0xd9]), 409, 'picture-unvouched'],
  'under another kind': (_, scan, id) => [pathOf(id, 'entry'), scan, 409, 'picture-unvouched'],
  'under another attempt': (_, scan) => [pathOf(newId(5), 'scan'), scan, 409, 'picture-unvouched'],
  'under another door': (_, scan, id) => [pathOf(id, 'scan', BACK), scan, 409, 'picture-unvouched'],
  'under a door that is not known': (_, scan, id) => [pathOf(id, 'scan', 'MDEyMzQ1Njc4OTo7PD0-Pw'), scan, 404, 'door-unknown'],
  'under a kind that there is not': (_, scan, id) => [pathOf(id, 'selfie'), scan, 404, 'picture-unknown'],
  'under a path': (_, scan) => [pathOf('..%2f..%2fbackend.sqlite', 'scan'), scan, 404, 'picture-unknown'],
  'that is no JPEG': (_, __, id) => [pathOf(id, 'scan'), '<html>', 400, 'not-jpeg'],
  'that is cut off': (_, scan, id) => [pathOf(id, 'scan'), scan.slice(0, -1), 400, 'not-jpeg'],
  'that is nothing': (_, __, id) => [pathOf(id, 'scan'), new Uint8Array(0), 400, 'not-jpeg'],
  'of five megabytes': (_, __, id) => [pathOf(id, 'scan'), new Uint8Array(5 * 1024 * 1024).fill(0xff), 413, 'too-large'],
};
for (const [what, make] of Object.entries(refused)) {
  test(`refused, and no file is left: a picture ${what}`, atSite(async (site) => {
    const scan = await jpeg(90);
    const { attemptId } = await vouched(site, { scan });
    const [path, body, status, code] = make(site, scan, attemptId);
    const reply = await site.request('PUT', path, site.keys.door, body, 'image/jpeg');
    assert.equal([reply.status, ((await reply.json()) as { code: string }).code], [status, code]);
    assert.equal(filesIn(join(site.dir, 'evidence')), []);
    assert.is((await site.find({ outcome: 'denied' }))[0]?.pictures[0]?.state, 'missing');
  }));
}

test('a picture is for admins and readers', atSite(async (site) => {
  for (const role of ['door', 'issuer'] as const) assert.is((await site.request('GET', pathOf(newId(1), 'scan'), site.keys[role])).status, 403);
}));

test.run();
