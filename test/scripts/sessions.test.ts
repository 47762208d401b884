import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../config/load.ts';
import { readSite } from '../../daemon/backend/site.ts';
import { publicKeyFromRaw, rawPublicKey, signerFromSeed } from '../../daemon/base/ed25519.ts';
import { readToken, verifyToken } from '../../daemon/base/token.ts';
import { readSession } from '../../drivers/session.ts';
import type { Session } from '../../drivers/session.ts';
import { readingsOf } from '../../scripts/sessions/reading-check.ts';
import type { Reading } from '../../scripts/sessions/reading-check.ts';
import { sessionPlans } from '../../scripts/sessions/sessions.ts';
import { siteDoors } from '../../scripts/sessions/site.ts';

const fixtures = fileURLToPath(new URL('../../../fixtures', import.meta.url));
const site = readSite(readFileSync(join(fixtures, 'site', 'site.json'), 'utf8'));
const LEAST_FRAMES = 5;

const expectsOf = (name: string): string[] => JSON.parse(readFileSync(join(fixtures, 'sessions', name, 'expects.json'), 'utf8')) as string[];
const verdictsOf = (name: string): string[] => expectsOf(name).filter((it) => it.startsWith('granted') || it.startsWith('denied'));

const folder = suite('the folder of fixtures');

folder('there is a folder for every plan and no other', () => {
  assert.equal(readdirSync(join(fixtures, 'sessions')).sort(), sessionPlans.map(({ name }) => name).sort());
});

folder('at least fourteen sessions, each of 2 to 30 seconds, all under 25 MB', async () => {
  assert.ok(sessionPlans.length >= 14);
  for (const { name } of sessionPlans) {
    const lastMs = (await readSession(join(fixtures, 'sessions', name))).inputs.at(-1)?.atMs ?? 0;
    assert.ok(lastMs >= 2000 && lastMs <= 30_000, `${name} lasts ${lastMs} ms`);
  }
  const files = readdirSync(fixtures, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  assert.ok(files.reduce((sum, file) => sum + statSync(join(file.parentPath, file.name)).size, 0) < 25e6);
});

folder('the sessions\' config is right and is that of the site\'s first door', () => {
  assert.is(loadConfig(join(fixtures, 'configs', 'door.yaml')).door.uuid, siteDoors[0]?.uuid);
});

folder('every token of the site verifies under its token key and says what the site says of it', () => {
  const key = publicKeyFromRaw(rawPublicKey(signerFromSeed(site.seeds.token).privateKey));
  for (const { text, claims } of site.tokens) {
    const read = readToken(text ?? '');
    assert.ok(read.ok && verifyToken(read.token, key));
    assert.equal(Buffer.from(read.token.claims.id), Buffer.from(claims.id));
    assert.is(read.token.claims.expiresAtS, claims.expiresAtS);
  }
});

folder.run();

const reading = suite('codes in the sessions\' pictures');

for (const { name } of sessionPlans) {
  reading(`${name}: read in at least ${LEAST_FRAMES} frames where there is a verdict to come to, and nowhere else`, async () => {
    const session = await readSession(join(fixtures, 'sessions', name));
    const readings = await readingsOf(session.dir);
    if (verdictsOf(name).length === 0) return assert.equal(readings, []);
    assert.ok(readings.length > 0);
    for (const { frames } of readings) assert.ok(frames >= LEAST_FRAMES, `read in ${frames} frames`);
    opensWhileReleased(session, readings);
  });
}

/** The door of a session is opened after its code was read, soon enough that it is still released, or never. */
function opensWhileReleased(session: Session, readings: Reading[]): void {
  for (const input of session.inputs) {
    if (!('contact' in input) || input.contact !== 'open') continue;
    const readBefore = readings.filter(({ firstMs }) => firstMs < input.atMs).map(({ firstMs }) => input.atMs - firstMs);
    assert.ok(readBefore.some((agoMs) => agoMs > 300 && agoMs < 4500), `opened ${readBefore.join(', ')} ms after a first reading`);
  }
}

reading('of two codes on one sheet the one for the other door is the larger, and both are read in the same first frame', async () => {
  const [first, second, ...more] = await readingsOf(join(fixtures, 'sessions', 'two-codes'));
  assert.equal(more, []);
  assert.is(first?.firstMs, second?.firstMs);
});

reading('a code held for half a minute is never out of sight long enough to count as shown again', async () => {
  const [held] = await readingsOf(join(fixtures, 'sessions', 'held-30s'));
  assert.ok(held && held.frames >= 200 && held.lastMs - held.firstMs >= 25_000);
});

reading.run();
