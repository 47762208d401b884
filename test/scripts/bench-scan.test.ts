import { execFile } from 'node:child_process';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import sharp from 'sharp';
import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import { PosternError } from '../../daemon/base/errors.ts';
import { wantedOf } from '../../scripts/scan-bench/command-line.ts';
import type { Read } from '../../scripts/scan-bench/decoder.ts';
import { HelperProcess } from '../../scripts/scan-bench/helper-process.ts';
import { materialOf } from '../../scripts/scan-bench/material.ts';
import { quantile, scoresOf } from '../../scripts/scan-bench/score.ts';
import { qrSymbol } from '../../scripts/scene/qr-symbol.ts';

const script = fileURLToPath(new URL('../../scripts/bench-scan.js', import.meta.url));

const run = suite<{ dir: string }>('a run of bench:scan');

run.before.each((context) => {
  context.dir = mkdtempSync(join(tmpdir(), 'postern-bench-scan-'));
});
run.after.each(({ dir }) => rmSync(dir, { recursive: true, force: true }));

async function paintCode(file: string, text: string): Promise<void> {
  const { size, dark } = await qrSymbol(text);
  const luma = Uint8Array.from(dark, (isDark) => (isDark ? 0 : 255));
  await sharp(luma, { raw: { width: size, height: size, channels: 1 } })
    .resize({ width: size * 6, kernel: 'nearest' }).extend({ top: 40, bottom: 40, left: 40, right: 40, background: '#fff' }).png().toFile(file);
}

run('a folder of three pictures, one of them broken, is told for each decoder that is here', async ({ dir }) => {
  await paintCode(join(dir, 'a.png'), 'HELLO');
  await paintCode(join(dir, 'b.png'), 'OTHER');
  await sharp({ create: { width: 200, height: 200, channels: 3, background: '#888' } }).png().toFile(join(dir, 'c.png'));
  writeFileSync(join(dir, 'd.png'), 'no picture');
  writeFileSync(join(dir, 'truth.json'), JSON.stringify([
    { file: 'a.png', qr: true, text: 'HELLO' }, { file: 'b.png', qr: true, text: 'HELLO' }, { file: 'c.png', qr: false, text: null }, { file: 'd.png', qr: true, text: null },
  ]));
  const { stdout } = await promisify(execFile)(process.execPath, [script, dir, '--json']);
  const { compared: [result] } = JSON.parse(stdout) as { compared: [{ pictures: number; remarks: string[]; decoders: { name: string; score: Record<string, number> }[] }] };
  assert.is(result.pictures, 3);
  assert.match(result.remarks.at(-1) ?? '', /d\.png cannot be read: /);
  const scoreOf = (name: string): Record<string, number> => result.decoders.find((each) => each.name === name)?.score ?? {};
  for (const name of ['postern', 'zxing-wasm, plain', 'postern, plain']) {
    const { codes, read, otherText, without, falsePositives } = scoreOf(name);
    assert.equal({ codes, read, otherText, without, falsePositives }, { codes: 2, read: 2, otherText: 1, without: 1, falsePositives: 0 }, name);
  }
  // The others are here or there is a line that says what to install.
  assert.is(result.decoders.length + result.remarks.filter((remark) => /Skipped: install /.test(remark)).length, 6);
});

run('two random sessions are painted, read and told with their seed', async () => {
  const { stdout } = await promisify(execFile)(process.execPath, [script, '--random', '--count', '2', '--size', '320x240', '--seed', '7']);
  assert.match(stdout, /320 × 240, 2 random sessions, seed 7/);
  assert.match(stdout, /Reach with a lens of 64°: a code of 65 mm is read on a phone from \d\.\d\d m/);
});

run('a session folder and a picture folder are told apart', ({ dir }) => {
  mkdirSync(join(dir, 'pictures'));
  writeFileSync(join(dir, 'pictures/a.png'), '');
  const fixture = fileURLToPath(new URL('../../../fixtures/sessions/print', import.meta.url));
  const frames = readFileSync(join(fixture, 'inputs.jsonl'), 'utf8').split('\n').filter((line) => line.includes('"frame"')).length;
  assert.equal(materialOf([fixture, join(dir, 'pictures')]).map(({ manner, items }) => [manner, items.length]), [['pictures', 1], ['frames', frames]]);
});

run('what cannot be read is refused with a sentence that says what to do', ({ dir }) => {
  const truthOf = (text: string): string => {
    writeFileSync(join(dir, 'truth.json'), text);
    return dir;
  };
  const tried: [string, () => unknown, RegExp][] = [
    ['no folder', () => materialOf(['/no/where']), /There is no folder \/no\/where\. Give a folder/],
    ['a folder without pictures', () => materialOf([dir]), /No pictures are in .* It looks for \.jpg/],
    ['an empty truth', () => materialOf([truthOf('[]')]), /No pictures are in/],
    ['a truth that is no JSON', () => materialOf([truthOf('{')]), /truth\.json cannot be used/],
    ['a truth without files', () => materialOf([truthOf('[{"qr":true}]')]), /truth\.json cannot be used/],
    ['an unknown option', () => wantedOf(['--fast']), /Unknown option '--fast'/],
    ['no number of sessions', () => wantedOf(['--count', '0']), /--count 0 cannot be used\. It is a whole number from 1 to/],
    ['half a job', () => wantedOf(['--jobs', '0.5']), /--jobs 0\.5 cannot be used/],
    ['an empty seed', () => wantedOf(['--seed', '']), /--seed {2}cannot be used/],
    ['a size in words', () => wantedOf(['--size', 'HD']), /--size HD cannot be used\. It is like 1280x720\./],
    ['a lens behind the head', () => wantedOf(['--fov', '400']), /--fov 400 cannot be used/],
  ];
  for (const [what, act, sentence] of tried) {
    assert.throws(act, (thrown: Error) => thrown instanceof PosternError && sentence.test(thrown.message), what);
  }
});

run.run();

const helper = suite('a decoder in a process of its own');
const picture = { data: new Uint8Array(12), width: 4, height: 3 };

/** A helper that answers with the picture's size and ends at the `ends`th picture. */
const standIn = (ends: number): [string, ...string[]] => [process.execPath, '-e', `
  console.log('{"version":"1"}');
  let seen = 0, count = 0;
  process.stdin.on('data', (bytes) => { seen += bytes.length; if (seen < 20) return; seen -= 20; if (++count === ${ends}) process.exit(1);
    console.log(JSON.stringify({ cpuMs: 1, texts: ['picture ' + count] })); });`];

helper('answers pictures one after the other', async () => {
  const decoder = await HelperProcess.open('stand-in', standIn(0));
  assert.equal(await decoder.read(picture), { cpuMs: 1, texts: ['picture 1'] });
  assert.equal(await decoder.read(picture), { cpuMs: 1, texts: ['picture 2'] });
  await decoder.close();
});

helper('that ends in the middle is started again and the picture counts as lost', async () => {
  const decoder = await HelperProcess.open('stand-in', standIn(2));
  assert.equal((await decoder.read(picture)).texts, ['picture 1']);
  assert.equal(await decoder.read(picture), { cpuMs: 0, texts: [], crashed: true });
  assert.equal((await decoder.read(picture)).texts, ['picture 1']);
  await decoder.close();
});

helper('that does not start, or is not there, rejects', async () => {
  for (const command of [['/no/such/program'], [process.execPath, '-e', 'process.exit(1)']] as [string, ...string[]][]) {
    let message = '';
    await HelperProcess.open('stand-in', command).catch((thrown: Error) => void (message = thrown.message));
    assert.is(message, 'stand-in does not start');
  }
});

helper.run();

const scoring = suite('scores');

scoring('each kind of picture counts where it belongs', () => {
  const read = (...texts: string[]): Read => ({ texts, cpuMs: texts.length + 1 });
  const rows = [
    { item: { file: 'right', qr: true, text: 'A' }, reads: [read('A')] },
    { item: { file: 'other text', qr: true, text: 'A' }, reads: [read('B')] },
    { item: { file: 'text not known', qr: true }, reads: [read('B')] },
    { item: { file: 'not known whether', }, reads: [read('B')] },
    { item: { file: 'missed', qr: true, text: 'A' }, reads: [read()] },
    { item: { file: 'false', qr: false }, reads: [read('A')] },
    { item: { file: 'rightly nothing', qr: false }, reads: [read()] },
    { item: { file: 'found only', qr: true, text: 'A' }, reads: [{ texts: [], found: 1, cpuMs: 2 }] },
    { item: { file: 'lost', qr: true, text: 'A' }, reads: [{ texts: [], cpuMs: 0, crashed: true as const }] },
  ];
  const [score] = scoresOf(rows, 1, 0);
  assert.equal(score, { codes: 7, read: 5, otherText: 1, without: 2, falsePositives: 1, crashed: 1, medianMs: 2, p95Ms: 2, meanMs: 1.75, medianOfPlainMs: 2 });
});

scoring('a quantile is one of the values', () => {
  assert.equal([0.01, 0.5, 0.95, 1].map((share) => quantile([3, 1, 2], share)), [1, 2, 3, 3]);
  assert.is(quantile([], 0.5), 0);
});

scoring.run();
