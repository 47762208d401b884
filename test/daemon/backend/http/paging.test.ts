import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { addCodesLike } from '../many-codes.ts';
import { BACK, FRONT, GARAGE, ServedBackend } from '../served-backend.ts';

const CODES = '/api/accesscontrol/qr/getQRAccessCodes';
const DOORS = '/api/component/findAccessControlledDoors';

interface Code {
  accessTokenUuid: string;
  expirationTimeSec: number;
}

/** All pages of a call, each as it was answered. */
async function pages(it: ServedBackend, path: string, body: object, between: (page: number) => void = () => {}): Promise<Record<string, unknown>[]> {
  const answers: Record<string, unknown>[] = [];
  let lastEvaluatedKey: unknown;
  do {
    const { status, body: answer } = await it.post(path, { ...body, lastEvaluatedKey });
    assert.is(status, 200, JSON.stringify(answer));
    answers.push(answer);
    between(answers.length);
    lastEvaluatedKey = answer.lastEvaluatedKey;
  } while (lastEvaluatedKey !== null);
  return answers;
}

const idsOf = (answers: Record<string, unknown>[]): string[] => answers.flatMap(({ qrAccessCodes }) => (qrAccessCodes as Code[]).map((code) => code.accessTokenUuid));

async function withBackend(use: (it: ServedBackend, dir: string) => Promise<void>): Promise<void> {
  const dir = mkdtempSync(join(tmpdir(), 'postern-paging-'));
  const it = await ServedBackend.open(dir);
  try {
    await use(it, dir);
  } finally {
    await it.close();
    rmSync(dir, { recursive: true });
  }
}

test('codes come in the order of their ends, each once, whatever is issued and revoked on the way', () => withBackend(async (it) => {
  // Many of one end, as a whole event has them.
  const ids = Array.from({ length: 25 }, (_, i) => it.backend.issue({ doors: [FRONT], validS: i % 5 === 0 ? 7200 + i : 3600 }).tokenId);
  const answers = await pages(it, CODES, { maxPageSize: 4 }, (page) => {
    it.backend.issue({ doors: [FRONT], validS: 60 + page });
    if (page < 5) it.backend.revoke(ids[page * 4] as string);
  });
  const seen = idsOf(answers);
  assert.is(new Set(seen).size, seen.length, 'none twice');
  assert.equal(seen.filter((id) => ids.includes(id)).sort(), [...ids].sort());
  const ends = answers.flatMap(({ qrAccessCodes }) => (qrAccessCodes as Code[]).map((code) => code.expirationTimeSec));
  assert.equal(ends, ends.toSorted((a, b) => a - b));
}));

test('a client that knows no paging gets all codes at once, and a warning when there are more than one answer holds', () => withBackend(async (it, dir) => {
  addCodesLike(dir, it.backend.issue({ doors: [FRONT], validS: 3600 }).tokenId, 1_499);
  const { body } = await it.post(CODES, {});
  assert.is((body.qrAccessCodes as unknown[]).length, 1_500);
  assert.is(body.lastEvaluatedKey, null);
  assert.not.ok('warningMsg' in body);
  addCodesLike(dir, it.backend.issue({ doors: [BACK], validS: 7200 }).tokenId, 8_599);
  const { body: many } = await it.post(CODES, {});
  assert.is((many.qrAccessCodes as unknown[]).length, 10_000);
  assert.match(String(many.warningMsg), /not all codes/);
  const { body: rest } = await it.post(CODES, { lastEvaluatedKey: many.lastEvaluatedKey });
  assert.is((rest.qrAccessCodes as unknown[]).length, 100);
  const { body: large } = await it.post(CODES, { maxPageSize: 1_000_000 });
  assert.is((large.qrAccessCodes as unknown[]).length, 1_000, 'a page is never larger than that');
}));

test('codes are found by door, status and principal, alone and together, expired ones when asked for', () => withBackend(async (it) => {
  const issue = (door: string, validS: number, principal?: string): string => it.backend.issue({ doors: [door], validS }, principal).tokenId;
  const atFront = issue(FRONT, 3600, 'ada');
  const atBack = issue(BACK, 3600, 'ada');
  const atBoth = it.backend.issue({ doors: [BACK, FRONT], validS: 3600 }).tokenId;
  const short = issue(FRONT, 60, 'bob');
  const gone = issue(FRONT, 3600, 'bob');
  it.backend.revoke(gone);
  it.clock.advance(61_000);
  const cases: [filter: object, expected: string[]][] = [
    [{}, [atFront, atBack, atBoth, gone]],
    [{ includeExpired: true }, [atFront, atBack, atBoth, gone, short]],
    [{ doorUuid: FRONT }, [atFront, atBoth, gone]],
    [{ doorUuid: BACK }, [atBack, atBoth]],
    [{ doorUuid: GARAGE }, []],
    [{ doorUuid: '00010203-0405-0607-0809-0a0b0c0d0e0f' }, [atFront, atBoth, gone]],
    [{ status: 'revoked' }, [gone]],
    [{ status: 'suspended' }, []],
    [{ auditPrincipal: 'ada' }, [atFront, atBack]],
    [{ auditPrincipal: 'ada', doorUuid: FRONT }, [atFront]],
    [{ auditPrincipal: 'bob', status: 'active' }, []],
    [{ auditPrincipal: 'bob', status: 'active', includeExpired: true }, [short]],
    [{ doorUuid: FRONT, status: 'active' }, [atFront, atBoth]],
    [{ doorUuid: FRONT, status: 'revoked', auditPrincipal: 'bob' }, [gone]],
    [{ auditPrincipal: 'Ada' }, []],
    [{ doorUuid: null, status: null, auditPrincipal: null, includeExpired: null, maxPageSize: null }, [atFront, atBack, atBoth, gone]],
  ];
  for (const [filter, expected] of cases) {
    for (const maxPageSize of [undefined, 1, 2]) assert.equal(idsOf(await pages(it, CODES, { ...filter, ...(maxPageSize && { maxPageSize }) })).sort(), [...expected].sort(), JSON.stringify(filter));
  }
}));

test('a question for few among many looks at a bounded number and goes on where it stopped', () => withBackend(async (it, dir) => {
  addCodesLike(dir, it.backend.issue({ doors: [FRONT], validS: 3600 }, 'bulk').tokenId, 2_600);
  const last = it.backend.issue({ doors: [BACK], validS: 7200 }, 'bulk').tokenId;
  const answers = await pages(it, CODES, { auditPrincipal: 'bulk', doorUuid: BACK, maxPageSize: 10 });
  assert.is(answers.length, 2, 'the first page has looked at its share and found none');
  assert.equal(idsOf(answers), [last]);
}));

test('doors come a page at a time, each once', () => withBackend(async (it) => {
  for (let i = 0; i < 5; i++) it.backend.addDoor({ uuid: Buffer.alloc(16, 0x40 + i).toString('base64url'), name: 'Gate' });
  const answers = await pages(it, DOORS, { maxPageSize: 3 }, () => it.backend.addDoor({ uuid: FRONT, name: 'Renamed' }));
  const uuids = answers.flatMap(({ accessControlledDoors }) => (accessControlledDoors as { uuid: string }[]).map((door) => door.uuid));
  assert.is(uuids.length, 8);
  assert.is(new Set(uuids).size, 8);
  assert.equal(answers.map(({ accessControlledDoors }) => (accessControlledDoors as unknown[]).length), [3, 3, 2]);
  assert.is((await it.post(DOORS, {})).body.lastEvaluatedKey, null);
  assert.is((await it.post(DOORS, { maxPageSize: 8 })).body.lastEvaluatedKey, null, 'no empty page after a full last one');
}));

test('a key that is none, of another call or of another time is refused or a place like any other', () => withBackend(async (it) => {
  for (let i = 0; i < 3; i++) it.backend.issue({ doors: [FRONT], validS: 3600 });
  const key = String((await it.post(CODES, { maxPageSize: 1 })).body.lastEvaluatedKey);
  const doorKey = String((await it.post(DOORS, { maxPageSize: 1 })).body.lastEvaluatedKey);
  const forged = (value: unknown): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  for (const wrong of [doorKey, key.slice(0, -4), `x${key}`, 'null', 'AAAAAAAAAAAAAAAAAAAAAA', forged(['codes']), forged(['codes', [1]]), forged(['codes', ['1', FRONT]]), forged(['codes', [1, '../..']]), forged(['codes', [-1, FRONT]]), forged(['codes', [1, FRONT], 1])]) {
    const { status, body } = await it.post(CODES, { lastEvaluatedKey: wrong });
    assert.is(status, 400, wrong);
    assert.is(body.code, 'page-key-bad', wrong);
  }
  assert.is((await it.post(CODES, { lastEvaluatedKey: 7 })).body.code, 'request-bad');
  assert.is((await it.post(CODES, { maxPageSize: 0 })).body.code, 'request-bad');
  assert.is(((await it.post(CODES, { lastEvaluatedKey: '' })).body.qrAccessCodes as unknown[]).length, 3, 'an empty key is none');
  it.clock.advance(86_400_000);
  assert.equal((await it.post(CODES, { lastEvaluatedKey: key })).body.qrAccessCodes, [], 'what expired on the way is not told');
}));

test('a question that has a field nobody knows is answered and says so', () => withBackend(async (it) => {
  it.backend.issue({ doors: [FRONT], validS: 3600 });
  const { status, body } = await it.post(CODES, { doorUUID: BACK, verbose: true });
  assert.is(status, 200);
  assert.is((body.qrAccessCodes as unknown[]).length, 1);
  assert.match(String(body.warningMsg), /"doorUUID", "verbose".*passed over/);
}));

test.run();
