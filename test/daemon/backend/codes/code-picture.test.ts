import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { drawnCode, textIn } from '../../../../daemon/backend/codes/code-picture.ts';

/** Alphanumeric, as a token's text; 198 characters are a plain token for one door. */
const textOf = (length: number): string => 'PT1:'.padEnd(length, 'ABC12 $%*+-./:');

async function picture(text: string): Promise<Uint8Array> {
  const { png, readsAs } = await drawnCode(text);
  assert.is(readsAs, text);
  return png;
}

async function pixelsOf(png: Uint8Array): Promise<{ side: number; at: (x: number, y: number) => number }> {
  const { data, info } = await sharp(png).greyscale().raw().toBuffer({ resolveWithObject: true });
  assert.is(info.width, info.height);
  return { side: info.width, at: (x, y) => data[(y * info.width + x) * info.channels] as number };
}

const sizes: [characters: number, modules: number][] = [[198, 49], [311, 57], [20, 21]];
for (const [characters, modules] of sizes) {
  test(`a text of ${characters} characters is ${modules} modules, each the same whole number of pixels, with its quiet zone`, async () => {
    const { side, at } = await pixelsOf(await picture(textOf(characters)));
    const scale = side / (modules + 8);
    assert.ok(Number.isInteger(scale), `${side} pixels for ${modules} modules and two quiet zones`);
    assert.ok(side >= 600);
    for (let y = 0; y < side; y++) {
      for (let x = 0; x < side; x++) {
        const value = at(x, y);
        if (value !== 0 && value !== 255) assert.unreachable(`grey at ${x},${y}`);
        const [column, row] = [Math.floor(x / scale), Math.floor(y / scale)];
        if (value !== at(column * scale, row * scale)) assert.unreachable(`module ${column},${row} is not of one colour`);
        const isQuiet = Math.min(column, row) < 4 || Math.max(column, row) >= modules + 4;
        if (isQuiet && value !== 255) assert.unreachable(`the quiet zone is not quiet at ${x},${y}`);
      }
    }
  });
}

test('the finder patterns stand in three corners', async () => {
  const { side, at } = await pixelsOf(await picture(textOf(198)));
  const scale = side / 57;
  const middleOf = (column: number, row: number): number => at(Math.floor((column + 4.5) * scale), Math.floor((row + 4.5) * scale));
  assert.equal([middleOf(3, 3), middleOf(45, 3), middleOf(3, 45)], [0, 0, 0], 'their middles are dark');
  assert.equal([middleOf(1, 3), middleOf(47, 3), middleOf(3, 47)], [255, 255, 255], 'the ring around is light');
});

test('a text that no QR code can hold is an error, not a picture', async () => {
  const thrown = await picture('A'.repeat(5000)).then(() => undefined, (error: unknown) => error);
  assert.match(String(thrown), /5000 characters/);
});

test('a picture with a fault in it is not taken for what it should be', async () => {
  const text = textOf(198);
  const png = Buffer.from(await picture(text));
  assert.is(await textIn(png), text);
  assert.is.not(await textIn(png.subarray(0, png.length / 2)), text, 'half of it');
  const { side } = await pixelsOf(png);
  const blot = await sharp({ create: { width: side >> 1, height: side >> 1, channels: 3, background: 'black' } }).png().toBuffer();
  const spoilt = await sharp(png).composite([{ input: blot, left: side >> 2, top: side >> 2 }]).png().toBuffer();
  assert.is(await textIn(spoilt), undefined, 'a blot over its middle');
});

test('an independent reader reads every size there is', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'postern-zbar-'));
  try {
    if (spawnSync('zbarimg', ['--version']).error) return void process.stdout.write('skipped: zbarimg is not installed (Debian: apt install zbar-tools)\n');
    const texts = Array.from({ length: 24 }, (_, i) => textOf(20 + i * 20));
    const files = texts.map((_, i) => join(folder, `${i}.png`));
    for (const [i, text] of texts.entries()) writeFileSync(files[i] as string, await picture(text));
    for (const [i, text] of texts.entries()) {
      const { stdout } = spawnSync('zbarimg', ['--quiet', '--raw', files[i] as string], { encoding: 'utf8' });
      assert.is(stdout, `${text}\n`, `${text.length} characters`);
    }
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test.run();
