import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { compareFixtures } from '../../scripts/sessions/fixture-check.ts';
import type { FixtureComparison } from '../../scripts/sessions/fixture-check.ts';

const test = suite('committed fixtures against those just made');

let root: string;
test.before.each(async () => {
  root = await mkdtemp(join(tmpdir(), 'postern-compare-'));
});
test.after.each(() => rm(root, { recursive: true, force: true }));

async function put(side: 'committed' | 'made', file: string, content: string | Uint8Array): Promise<void> {
  await mkdir(join(root, side, 'sessions', 'print'), { recursive: true });
  await writeFile(join(root, side, 'sessions', 'print', file), content);
}

function compare(exact: boolean): Promise<FixtureComparison> {
  return compareFixtures(join(root, 'committed'), join(root, 'made'), ['sessions'], exact);
}

/** The same soft gradient, `offset` brighter, compressed differently with each quality. */
function picture(quality: number, offset = 0): Promise<Buffer> {
  const pixels = Uint8Array.from({ length: 64 * 64 }, (_, i) => 60 + offset + (i % 64));
  return sharp(pixels, { raw: { width: 64, height: 64, channels: 1 } }).jpeg({ quality }).toBuffer();
}

test('a missing file, one that no plan makes, and other text are problems; expected events are not its business', async () => {
  await put('made', 'inputs.jsonl', 'new\n');
  await put('made', 'expects.json', '[]\n');
  await put('committed', 'inputs.jsonl', 'old\n');
  await put('committed', 'left-over.jpg', 'x');
  await put('committed', 'events.jsonl', 'x');
  const { problems } = await compare(false);
  assert.equal(problems.map((it) => it.split('/').at(-1)), [
    'left-over.jpg is made by no plan; delete it.', 'expects.json is missing.', 'inputs.jsonl is not what the generator makes.',
  ]);
});

test('other bytes of the same picture pass only with other libraries', async () => {
  await put('made', 'a.jpg', await picture(92));
  await put('committed', 'a.jpg', await picture(90));
  assert.is((await compare(true)).problems.length, 1);
  assert.equal(await compare(false), { problems: [], sameToTheByte: 0, sameToTheEye: 1 });
});

test('a picture that looks different is a problem with any libraries', async () => {
  await put('made', 'a.jpg', await picture(90, 6));
  await put('committed', 'a.jpg', await picture(90));
  assert.match((await compare(false)).problems.join(), 'looks different');
});

test.run();
