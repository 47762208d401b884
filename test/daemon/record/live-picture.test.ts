import sharp from 'sharp';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { PosternError } from '../../../daemon/base/errors.ts';
import type { Frame, Quad } from '../../../daemon/base/frame.ts';
import { halvedPixels } from '../../../daemon/base/halving.ts';
import type { Pixels } from '../../../daemon/base/pixels.ts';
import { liveHalvings, livePicture } from '../../../daemon/record/live-picture.ts';
import { CodeFinder } from '../../../daemon/scan/code-finder.ts';
import { colourFrame, HEIGHT, readAnyhow, sceneWith, WIDTH, type Scene } from './code-scene.ts';

const finder = await CodeFinder.open();
const findCodes = async (luma: Uint8Array, width: number, height: number): Promise<Quad[]> => {
  finder.room(luma.length).set(luma);
  return finder.findPlainly(width, height).codes.map(({ quad }) => quad);
};
const blind = async (): Promise<Quad[]> => [];
const code = { text: 'PT1:LIVE', at: { x: 420, y: 200 }, sidePx: 220, roll: 20 };

/** The scene as the same frame of each kind of camera, and as the decode thread hands it on. */
async function kindsOf(scene: Scene): Promise<Record<string, { frame: Frame; small?: Pixels }>> {
  const jpeg = await colourFrame(scene, 1_000);
  const { data } = await sharp(jpeg.jpeg).raw().toBuffer({ resolveWithObject: true });
  const pixels = { data, width: WIDTH, height: HEIGHT, channels: 3 };
  const luma = Uint8Array.from({ length: WIDTH * HEIGHT }, (_, at) => 16 + (66 * (data[at * 3] ?? 0) + 129 * (data[at * 3 + 1] ?? 0) + 25 * (data[at * 3 + 2] ?? 0)) / 256);
  return {
    'a JPEG': { frame: jpeg },
    'a JPEG that the decode thread has decompressed': { frame: jpeg, ...given(halvedPixels(pixels, 0)) },
    'one of those, halved': { frame: jpeg, ...given(halvedPixels(pixels, 1)) },
    'luma and chroma': { frame: { seq: 1, arrivedMs: 1_000, width: WIDTH, height: HEIGHT, luma, chroma: new Uint8Array(WIDTH * HEIGHT / 2).fill(128) } },
    'luma': { frame: { seq: 1, arrivedMs: 1_000, width: WIDTH, height: HEIGHT, luma } },
  };
}

function given(small: Pixels | undefined): { small: Pixels } {
  assert.ok(small);
  return { small };
}

const scene = await sceneWith(code);
const { quads: [quad] } = scene;
for (const name of Object.keys(await kindsOf(scene))) {
  const shot = async (): Promise<{ frame: Frame; small: Pixels | undefined }> => ({ small: undefined, ...(await kindsOf(scene))[name] as { frame: Frame } });

  test(`[S7] ${name}: a code read in the frame is covered, and looking over what is to be sent finds nothing`, async () => {
    const { jpeg } = await livePicture({ ...await shot(), codes: [quad as Quad], sightings: [] }, blind);
    assert.equal(await readAnyhow(jpeg), []);
    const uncovered = await livePicture({ ...await shot(), codes: [], sightings: [] }, blind);
    assert.ok((await readAnyhow(uncovered.jpeg)).length > 0, 'without the mosaic it can be read');
  });

  test(`[S7] ${name}: a code read around the frame is covered where it was`, async () => {
    const seen = { atMs: 1_100, quad: quad as Quad, width: WIDTH, height: HEIGHT };
    const { jpeg } = await livePicture({ ...await shot(), codes: [], sightings: [seen] }, blind);
    assert.equal(await readAnyhow(jpeg), []);
  });

  test(`[S7] ${name}: a code that nobody read is found in what is to be sent, and covered`, async () => {
    const { jpeg } = await livePicture({ ...await shot(), codes: [], sightings: [] }, findCodes);
    assert.equal(await readAnyhow(jpeg), []);
  });

  test(`[S7] ${name}: what cannot be made unreadable or cannot be looked over is not sent`, async () => {
    for (const [find, reason] of [[async (): Promise<Quad[]> => [quad as Quad], 'picture-readable'], [async (): Promise<Quad[]> => { throw Object.assign(new Error('no decoder'), { code: 'none' }); }, 'none']] as const) {
      await livePicture({ ...await shot(), codes: [], sightings: [] }, find).then(() => assert.unreachable(), (error: PosternError) => assert.is(error.code, reason));
    }
  });

  test(`[S7] ${name}: what is looked over is what is sent`, async () => {
    let looked: Uint8Array | undefined;
    const { jpeg, luma, width, height } = await livePicture({ ...await shot(), codes: [quad as Quad], sightings: [] }, async (pixels) => {
      looked = pixels;
      return [];
    });
    assert.is(looked, luma);
    const sent = await sharp(jpeg).toColourspace('b-w').extractChannel(0).raw().toBuffer();
    assert.is(sent.length, width * height);
    const off = luma.reduce((sum, value, at) => sum + Math.abs(value - (sent[at] as number)), 0) / sent.length;
    assert.ok(off < 6, `they differ by ${off.toFixed(1)} on average`);
  });
}

test('a picture is halved until it is at most 640 wide', () => {
  assert.equal([320, 640, 641, 1_280, 1_281, 1_920, 2_560, 3_840].map((width) => liveHalvings({ width })), [0, 0, 1, 1, 2, 2, 2, 3]);
});

test.run();
