import { mkdtempSync, rmSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import Database from 'better-sqlite3';
import { ruuidOf } from '../../../../daemon/base/ids.ts';
import { rotatingKey, stepCodeOf, stepOf, withStepCode } from '../../../../daemon/base/token.ts';
import { FRONT, ServedBackend } from '../served-backend.ts';

const VALIDATE = '/api/accesscontrol/qr/validateQRAccessCode';
const folder = mkdtempSync(join(tmpdir(), 'postern-races-'));
/** Five doors, each with a key of its own. */
const doors = Array.from({ length: 5 }, (_, i) => ruuidOf(new Uint8Array(16).fill(0x40 + i)));
let it: ServedBackend;
let keys: string[];

test.before(async () => {
  it = await ServedBackend.open(folder);
  for (const [i, uuid] of doors.entries()) it.backend.addDoor({ uuid, name: `Door ${i}` });
  keys = doors.map((door) => it.key('door', `door ${door}`, { door }));
});
test.after(async () => {
  await it.close();
  rmSync(folder, { recursive: true });
});

/** The whole answer as text, so that identical means identical. */
async function asked(i: number, code: string, nonce: string): Promise<string> {
  const response = await fetch(it.url + VALIDATE, {
    method: 'POST', headers: { ...it.auth(keys[i % 5] ?? ''), 'content-type': 'application/json' },
    body: JSON.stringify({ nonce, doorUuid: doors[i % 5], code, timestampMs: it.clock.wallMs() }),
  });
  return response.text();
}

function spent(tokenId: string): unknown {
  const store = new Database(join(folder, 'backend.sqlite'), { readonly: true });
  try {
    return store.prepare('SELECT spent FROM tokens WHERE id = ?').pluck().get(Buffer.from(tokenId, 'base64url'));
  } finally {
    store.close();
  }
}

test('[S3] a code for one use, asked about by five doors fifty times at once, is granted once', async () => {
  const { text, tokenId } = it.backend.issue({ doors, validS: 3600, uses: 1 });
  const answers = await Promise.all(Array.from({ length: 50 }, (_, i) => asked(i, text, it.nonce())));
  assert.is(answers.filter((answer) => answer.includes('"granted"')).length, 1);
  assert.is(answers.filter((answer) => answer.includes('"used-up"')).length, 49);
  assert.is(spent(tokenId), 1);
});

test('[S3] one nonce sent fifty times at once gets fifty answers that are the same, and counts once', async () => {
  const { text, tokenId } = it.backend.issue({ doors, validS: 3600, uses: 50 });
  const nonce = it.nonce();
  const answers = await Promise.all(Array.from({ length: 50 }, () => asked(0, text, nonce)));
  assert.is(new Set(answers).size, 1);
  assert.match(answers[0] ?? '', /"granted"/);
  assert.is(spent(tokenId), 1);
});

test('a step of a rotating code, shown twenty times at once at one door, opens once', async () => {
  const { text, claims } = it.backend.issue({ doors, validS: 3600, rotating: true });
  const shown = withStepCode(text, stepCodeOf(rotatingKey(it.backend.zoneMaster(), claims.id), stepOf(it.clock.wallMs())));
  const answers = await Promise.all(Array.from({ length: 20 }, () => asked(0, shown, it.nonce())));
  assert.is(answers.filter((answer) => answer.includes('"granted"')).length, 1);
  assert.is(answers.filter((answer) => answer.includes('"step-spent"')).length, 19);
});

/** Sends the first `part` bytes of a question, or all of it, and hangs up without waiting. */
function hangUp(code: string, nonce: string, part = Infinity): Promise<void> {
  const body = JSON.stringify({ nonce, doorUuid: doors[0], code, timestampMs: it.clock.wallMs() });
  const headers = Object.entries(it.auth(keys[0] ?? '')).map(([name, value]) => `${name}: ${value}\r\n`).join('');
  const request = `POST ${VALIDATE} HTTP/1.1\r\nhost: x\r\n${headers}content-type: application/json\r\ncontent-length: ${body.length}\r\n\r\n${body}`;
  return new Promise((resolve, reject) => {
    const { hostname, port } = new URL(it.url);
    const socket = connect(Number(port), hostname, () => socket.write(request.slice(0, part), () => socket.destroy()));
    socket.on('close', () => resolve()).on('error', reject);
  });
}

test('[S3] a door that hangs up in the middle and asks again is counted once, wherever the middle was', async () => {
  for (const part of [1, 200, 300, 500, Infinity, Infinity, Infinity]) {
    const { text, tokenId } = it.backend.issue({ doors, validS: 3600, uses: 1 });
    const nonce = it.nonce();
    await hangUp(text, nonce, part);
    assert.match(await asked(0, text, nonce), /"granted"/);
    await hangUp(text, nonce, part);
    assert.match(await asked(0, text, nonce), /"granted"/);
    assert.match(await asked(1, text, it.nonce()), /"used-up"/);
    assert.is(spent(tokenId), 1);
  }
});

test('from the answer to its revocation on, a code under steady questions is never granted again', async () => {
  const { text, tokenId } = it.backend.issue({ doors, validS: 3600 });
  let isRevoked = false;
  const afterwards: string[] = [];
  const asking = Array.from({ length: 5 }, async (_, i) => {
    for (let n = 0; n < 20; n++) {
      const wasRevoked = isRevoked;
      const answer = await asked(i, text, it.nonce());
      if (wasRevoked) afterwards.push(answer);
    }
  });
  await asked(0, text, it.nonce());
  await it.post('/api/accesscontrol/qr/revokeQRAccessCode', { accessTokenUuid: tokenId });
  isRevoked = true;
  await Promise.all(asking);
  afterwards.push(await asked(0, text, it.nonce()));
  assert.equal(new Set(afterwards.map((answer) => /"reason":"([a-z-]+)"/.exec(answer)?.[1])), new Set(['revoked']));
});

test('a clock that goes back gives no use back, and what was answered stays answered', async () => {
  const { text } = it.backend.issue({ doors: [FRONT], validS: 3600, uses: 1, reentryGraceS: 60 });
  const nonce = it.nonce();
  assert.is(await it.verdict(text, FRONT, nonce), 'granted');
  it.clock.jumpWall(-30_000);
  assert.is(await it.verdict(text), 'used-up', 'the use is now in the future: no grace runs from there');
  assert.is(await it.verdict(text, FRONT, nonce), 'granted');
  it.clock.jumpWall(-3_600_000);
  assert.is(await it.verdict(text), 'issued-in-future');
  it.clock.jumpWall(3_630_000);
  assert.is(await it.verdict(text), 'granted', 'within the grace again');
  it.clock.jumpWall(86_400_000);
  assert.is(await it.verdict(text), 'expired');
  assert.is(await it.verdict(text, FRONT, nonce), 'granted');
  it.clock.jumpWall(-86_400_000);
});

test.run();
