import { parentPort, workerData } from 'node:worker_threads';
import sharp from 'sharp';
import { quadArea } from '../base/frame.ts';
import type { CodeSeen, Located } from '../base/frame.ts';
import { CodeFinder } from './code-finder.ts';
import type { Found } from './code-finder.ts';
import type { DecodeRequest, DecodeSetup } from './decode-thread.ts';
import { isDull } from './gate.ts';
import type { GreyPicture } from './grey-picture.ts';
import { Glimpser } from './hint/glimpse.ts';
import { histogramOf, histogramOfArea } from './light/luma-histogram.ts';
import { locatedOf } from './located.ts';
import { pictureProblem, pixelsOfJpeg, writeLuma } from './luma.ts';
import { unread } from './scan-result.ts';
import type { ScanResult } from './scan-result.ts';

const { maxPixels, extraLookMs, lookCosts } = workerData as DecodeSetup;
const finder = await CodeFinder.open({ extraLookMs, ...(lookCosts === 'measured' && { nowMs: () => performance.now() }) });

const glimpser = new Glimpser();

interface Size {
  width: number;
  height: number;
}

/** Puts the picture's luma where the finder takes it; rejects with what is wrong with the picture. */
async function takeIn(request: DecodeRequest): Promise<Size> {
  if (request.format === 'luma') {
    finder.room(request.bytes.length).set(request.bytes);
    return request;
  }
  // A copy: libvips takes no memory that another thread may write into.
  const pixels = await pixelsOfJpeg(new Uint8Array(request.bytes), maxPixels);
  writeLuma(pixels, finder.room(pixels.width * pixels.height));
  return pixels;
}

async function look(request: DecodeRequest): Promise<ScanResult> {
  const startedMs = performance.now();
  let size: Size;
  try {
    size = await takeIn(request);
  } catch (thrown) {
    return unread(pictureProblem(thrown));
  }
  const { width, height } = size;
  const decodingMs = performance.now();
  const dull = isDull(finder.room(width * height), width, height);
  const { codes, unread: missed } = dull ? { codes: [], unread: [] } : findBy(request.look, size);
  const picture = { data: finder.room(width * height), width, height };
  const located = missed.map((quad) => locatedOf(picture, quad));
  const found = { codes, located, ...(request.look === 'frame' && lightOf(picture, codes, located)) };
  return { ...found, dull, lumaMs: decodingMs - startedMs, decodeMs: performance.now() - decodingMs };
}

/** How bright the picture is and its code, for the exposure; and what is seen of a code in it where none was found. */
function lightOf(picture: GreyPicture, codes: CodeSeen[], located: Located[]): Partial<ScanResult> {
  const histogram = histogramOf(picture);
  const glimpse = codes.length + located.length === 0 ? glimpser.glimpse(picture, histogram) : {};
  const quads = [...codes, ...located, ...(glimpse.glimpsed ? [glimpse.glimpsed] : [])].map(({ quad }) => quad);
  const [largest] = quads.sort((a, b) => quadArea(b) - quadArea(a));
  const codeHistogram = largest && histogramOfArea(picture, largest);
  return { ...glimpse, histogram, ...(codeHistogram && { codeHistogram }) };
}

function findBy(look: DecodeRequest['look'], { width, height }: Size): Found {
  switch (look) {
    case 'frame': return finder.findInFrame(width, height);
    case 'plain': return finder.findPlainly(width, height);
    default: return finder.look(look, width, height);
  }
}

/** Loads what the first picture would otherwise wait for: libvips' JPEG reader and the decoder's first run. */
async function warmUp(): Promise<void> {
  const side = 64;
  const stripes = Uint8Array.from({ length: side * side }, (_, i) => (i & 4 ? 255 : 0));
  const jpeg = await sharp(stripes, { raw: { width: side, height: side, channels: 1 } }).jpeg().toBuffer();
  const { problem } = await look({ format: 'jpeg', bytes: jpeg, width: side, height: side, look: 'plain' });
  if (problem !== undefined) throw new Error(problem);
}

await warmUp();
parentPort?.on('message', (request: DecodeRequest) => {
  // A decoder that throws has a memory nobody can vouch for: the thread ends with it and another takes its place.
  void look(request).then((result) => parentPort?.postMessage(result));
});
parentPort?.postMessage('ready');
