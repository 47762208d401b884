import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { PageFiles } from '../../../../daemon/report/page/page-files.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-page-'));
test.after(() => rmSync(folder, { recursive: true }));

test('a page of which nothing is there keeps no door from starting; it is told as incomplete', () => {
  const files = new PageFiles({ sources: folder, scripts: join(folder, 'nowhere') });
  assert.equal([files.isComplete, files.has('/'), files.has('/client/main.js')], [false, false, false]);
});

test('a page without its style is incomplete; nothing but scripts is served of their folder', () => {
  for (const name of ['page.html', 'main.js', 'main.js.map', 'Secret.txt']) writeFileSync(join(folder, name), 'x');
  const files = new PageFiles({ sources: folder, scripts: folder });
  assert.equal([files.isComplete, files.has('/'), files.has('/client/main.js')], [false, true, true]);
  assert.equal(['/client/main.js.map', '/client/Secret.txt', '/client/page.html'].filter((path) => files.has(path)), []);
  writeFileSync(join(folder, 'page.css'), 'x');
  assert.ok(new PageFiles({ sources: folder, scripts: folder }).isComplete);
});

test.run();
