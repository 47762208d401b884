import { existsSync } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSession } from '../../drivers/session.ts';
import { renderVisitorSession } from '../../scripts/make-demo-session.ts';
import { readingsOf } from '../../scripts/sessions/reading-check.ts';

test('visitors come one after the other with the codes they were given, and the hall is empty in between', async () => {
  const dir = await mkdtemp(join(tmpdir(), 'postern-demo-'));
  try {
    const visits = [{ text: `PT1:${'7WAPU$%+'.repeat(24)}AB`, label: 'one' }, { text: 'https://example.org/menu', label: 'another' }];
    const progress: [number, number][] = [];
    const made = await renderVisitorSession({ dir, visits, width: 640, height: 360, fps: 4, onProgress: (done, total) => progress.push([done, total]) });
    assert.is(made, dir);
    const { inputs, about } = await readSession(dir);
    assert.match(about, 'one, another');
    const last = progress.at(-1);
    assert.is(last?.[0], last?.[1]);
    const files = inputs.flatMap((input) => ('frame' in input ? [input.frame] : []));
    assert.ok(files.every((file) => existsSync(join(dir, file))));
    assert.ok(new Set(files).size < files.length, 'the empty hall is one picture');
    const readings = await readingsOf(dir);
    assert.equal(readings.map(({ text }) => text), visits.map(({ text }) => text));
    assert.ok((readings[1]?.firstMs ?? 0) - (readings[0]?.lastMs ?? 0) > 4000);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
});

test.run();
