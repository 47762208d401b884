import { createHash } from 'node:crypto';
import { appendFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PictureKind } from '../../../daemon/base/events.ts';
import { PictureStore } from '../../../daemon/record/picture-store.ts';
import { verifyLog, type VerifyResult } from '../../../daemon/record/verify-log.ts';
import { withLog, type OpenedLog } from './opened-log.ts';

const DAY_MS = 86_400_000;

interface Door extends OpenedLog {
  store: PictureStore;
  evidenceDir: string;
  /** Stores the pictures of an attempt now, as the door would; resolves to their paths. */
  attempt: () => Promise<string[]>;
  verify: () => VerifyResult;
}

/** A door with a log and pictures. */
function withDoor(body: (door: Door) => Promise<void>): () => Promise<void> {
  return withLog(async (opened) => {
    const { log, dir, clock } = opened;
    const evidenceDir = join(dir, 'evidence');
    const store = await PictureStore.open({
      dir: evidenceDir, clock, clockTrust: () => 'verified', maxAgeMs: 3 * DAY_MS, maxBytes: 1e9, keepFreeBytes: 0, onEvent: (draft) => log.append(draft),
    });
    const attempt = async (): Promise<string[]> => {
      const attemptId = log.newId();
      const pictures = [];
      for (const kind of ['approach', 'scan'] satisfies PictureKind[]) {
        const bytes = Buffer.from(`${kind} of ${attemptId}`);
        pictures.push({ kind, file: await store.put(attemptId, kind, bytes), sha256: createHash('sha256').update(bytes).digest('hex'), width: 1, height: 1 });
      }
      await log.append({ type: 'evidence-stored', attemptId, pictures });
      return pictures.map(({ file }) => file);
    };
    await body({ ...opened, store, evidenceDir, attempt, verify: () => verifyLog(join(dir, 'events.db'), { evidenceDir }) });
  });
}

test('pictures that are as they were stored are counted', withDoor(async ({ attempt, verify }) => {
  await attempt();
  await attempt();
  assert.equal([verify().ok, verify().pictures], [true, 4]);
}));

test('a picture that was changed breaks its event', withDoor(async ({ attempt, verify, evidenceDir }) => {
  await attempt();
  const [, scan = ''] = await attempt();
  appendFileSync(join(evidenceDir, scan), 'x');
  const { ok, firstBroken } = verify();
  assert.not.ok(ok);
  assert.is(firstBroken?.seq, 2);
  assert.match(firstBroken?.why ?? '', /scan.jpg was changed/);
}));

test('a picture that somebody took away breaks its event, the earlier of two', withDoor(async ({ attempt, verify, evidenceDir }) => {
  await attempt();
  const [approach = ''] = await attempt();
  const [later = ''] = await attempt();
  rmSync(join(evidenceDir, approach));
  appendFileSync(join(evidenceDir, later), 'x');
  const { firstBroken } = verify();
  assert.is(firstBroken?.seq, 2);
  assert.match(firstBroken?.why ?? '', /approach.jpg is missing/);
}));

test('a picture that the door deleted for its age is accounted for; a younger one that is gone is not', withDoor(async ({ attempt, verify, evidenceDir, store, clock }) => {
  await attempt();
  clock.advance(4 * DAY_MS);
  const [young = ''] = await attempt();
  await store.prune();
  assert.equal([verify().ok, verify().pictures], [true, 2]);
  rmSync(join(evidenceDir, young));
  assert.is(verify().firstBroken?.seq, 2);
}));

test('an erased picture is accounted for; its neighbours are not', withDoor(async ({ attempt, verify, evidenceDir, store, clock }) => {
  const [other = ''] = await attempt();
  clock.advance(1_000);
  const [erased = ''] = await attempt();
  await store.erase(erased.slice(11, 37));
  assert.ok(verify().ok);
  rmSync(join(evidenceDir, other));
  assert.is(verify().firstBroken?.seq, 1);
}));

test('a deletion accounts for nothing that was stored after it', withDoor(async ({ attempt, verify, evidenceDir, store, clock }) => {
  await attempt();
  clock.advance(4 * DAY_MS);
  await store.prune();
  clock.jumpWall(-10 * DAY_MS);
  const [old = ''] = await attempt();
  rmSync(join(evidenceDir, old));
  assert.is(verify().firstBroken?.seq, 3);
}));

test('an event that names a file elsewhere is broken, and the file is not read', withDoor(async ({ log, verify }) => {
  await log.append({ type: 'evidence-stored', attemptId: log.newId(), pictures: [{ kind: 'scan', file: '../../../../etc/passwd', sha256: '', width: 1, height: 1 }] });
  assert.match(verify().firstBroken?.why ?? '', /none of the evidence folder/);
}));

test.run();
