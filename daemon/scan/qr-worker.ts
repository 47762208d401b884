import { setImmediate as nextTurn } from 'node:timers/promises';
import { parentPort, receiveMessageOnPort, workerData } from 'node:worker_threads';
import type { MessagePort } from 'node:worker_threads';
import sharp from 'sharp';
import { CodeFinder } from './code-finder.ts';
import type { Found } from './code-finder.ts';
import type { DecodeRequest, DecodeThreadData } from './decode-thread.ts';
import { isDull } from './gate/dullness.ts';
import { FrameSurvey } from './frame-survey.ts';
import { FrameGate } from './gate/frame-gate.ts';
import type { Passage } from './gate/frame-gate.ts';
import { roomFor } from '../base/grey-picture.ts';
import { halvedPixels } from '../base/halving.ts';
import type { Pixels } from '../base/pixels.ts';
import { locatedOf } from './located.ts';
import { pictureProblem, pixelsOfJpeg, writeLuma } from './luma.ts';
import { unread } from './scan-result.ts';
import type { ScanResult } from './scan-result.ts';

/** Pictures that are decoded between two turns of the event loop: a turn costs some 50 µs, and little gathers meanwhile. */
const PICTURES_A_TURN = 16;

const port = parentPort as MessagePort;
const { maxPixels, extraLookMs, lookCosts, gateHeartbeatMs, measuresLight, requests } = workerData as DecodeThreadData;
const finder = await CodeFinder.open({ extraLookMs, ...(lookCosts === 'measured' && { nowMs: () => performance.now() }) });
// One for each exposure: a short one among long ones would look like another scene each time.
const gates = gateHeartbeatMs > 0 ? { long: new FrameGate(gateHeartbeatMs), short: new FrameGate(gateHeartbeatMs) } : undefined;

let jpegRoom = new Uint8Array(0);

const survey = new FrameSurvey(finder, { measuresLight });

interface Size {
  width: number;
  height: number;
}

/** Puts the picture's luma where the finder takes it, and gives the pixels of a JPEG; rejects with what is wrong with the picture. */
async function takeIn(request: DecodeRequest): Promise<Size | Pixels> {
  if (request.format === 'luma') {
    finder.room(request.bytes.length).set(request.bytes);
    return { width: request.width, height: request.height };
  }
  // A copy: libvips takes no memory that another thread may write into.
  jpegRoom = roomFor(jpegRoom, request.bytes.length);
  jpegRoom.set(request.bytes);
  const pixels = await pixelsOfJpeg(jpegRoom.subarray(0, request.bytes.length), maxPixels);
  writeLuma(pixels, finder.room(pixels.width * pixels.height));
  return pixels;
}

function gateOf({ isShort }: DecodeRequest): FrameGate | undefined {
  return isShort ? gates?.short : gates?.long;
}

/** The gate stands before the pictures of the stream; whoever asks for a certain look gets it. */
async function answer(request: DecodeRequest): Promise<ScanResult> {
  const startedMs = performance.now();
  const gate = gateOf(request);
  const early = request.look === 'frame' ? gate?.judge(request) : undefined;
  if (early && 'result' in early) return { ...early.result, lumaMs: performance.now() - startedMs };
  let taken: Size | Pixels;
  try {
    taken = await takeIn(request);
  } catch (thrown) {
    return unread(pictureProblem(thrown));
  }
  const result = judged(request, taken, early, startedMs);
  const small = request.halvings !== undefined && 'data' in taken ? halvedPixels(taken, request.halvings) : undefined;
  return small ? { ...result, small } : result;
}

/** What the luma that was taken in comes to. */
function judged(request: DecodeRequest, { width, height }: Size, early: Passage | undefined, startedMs: number): ScanResult {
  const gate = gateOf(request);
  const isOfStream = request.look === 'frame' || request.look === 'insist';
  const late = request.look === 'frame' && !early ? gate?.judgeLuma(finder.room(width * height), width, height, request.atMs) : early;
  const lumaMs = performance.now() - startedMs;
  if (late && 'result' in late) return { ...late.result, lumaMs };
  const found = look(late?.look ?? request.look, { width, height }, lumaMs, () => !isOfStream || gate?.mayLeaveDull(request.atMs) !== false);
  const result = isOfStream ? { ...found, ...survey.survey({ data: finder.room(width * height), width, height }, found) } : found;
  if (isOfStream && result.gated === undefined) gate?.looked(request.atMs, result);
  return result;
}

function look(way: DecodeRequest['look'], { width, height }: Size, lumaMs: number, mayLeaveDull: () => boolean): ScanResult {
  const startedMs = performance.now();
  const dull = isDull(finder.room(width * height), width, height);
  if (dull && mayLeaveDull()) return { codes: [], located: [], dull, gated: 'dull', lumaMs, decodeMs: performance.now() - startedMs };
  const { codes, unread: missed } = findBy(way, width, height);
  const picture = { data: finder.room(width * height), width, height };
  const located = missed.map((quad) => locatedOf(picture, quad));
  return { codes, located, dull, lumaMs, decodeMs: performance.now() - startedMs };
}

function findBy(look: DecodeRequest['look'], width: number, height: number): Found {
  switch (look) {
    case 'frame': case 'insist': return finder.findInFrame(width, height);
    case 'plain': return finder.findPlainly(width, height);
    default: return finder.look(look, width, height);
  }
}

/** Loads what the first picture would otherwise wait for: libvips' JPEG reader and the decoder's first run. */
async function warmUp(): Promise<void> {
  const side = 64;
  const stripes = Uint8Array.from({ length: side * side }, (_, i) => (i & 4 ? 255 : 0));
  const jpeg = await sharp(stripes, { raw: { width: side, height: side, channels: 1 } }).jpeg().toBuffer();
  const { problem } = await answer({ format: 'jpeg', bytes: jpeg, width: side, height: side, atMs: 0, look: 'plain' });
  if (problem !== undefined) throw new Error(problem);
}

/** Sleeps until there is one; woken by the kernel it is up sooner than by way of the event loop. */
function nextRequest(): DecodeRequest {
  for (;;) {
    const seen = Atomics.load(requests, 0);
    const received = receiveMessageOnPort(port) as { message: DecodeRequest } | undefined;
    if (received) return received.message;
    Atomics.wait(requests, 0, seen);
  }
}

await warmUp();
port.postMessage('ready');
// A decoder that throws has a memory nobody can vouch for: the thread ends with it and another takes its place.
for (let decoded = 0; ;) {
  const result = await answer(nextRequest());
  port.postMessage(result, result.small ? [result.small.data.buffer as ArrayBuffer] : []);
  // What Node and V8 put off to a turn of the event loop, which there is none of while the thread sleeps: giving memory back.
  if (result.gated === undefined && ++decoded % PICTURES_A_TURN === 0) await nextTurn();
}
