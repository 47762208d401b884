import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import sharp, { type Sharp } from 'sharp';
import { prepareZXingModule, readBarcodes } from 'zxing-wasm/reader';
import type { Frame, Point, Quad } from '../../../daemon/base/frame.ts';
import { applyHomography, composeHomographies, invertHomography, type Homography } from '../../../scripts/scene/homography.ts';
import { qrSymbol } from '../../../scripts/scene/qr-symbol.ts';

const wasm = readFileSync(createRequire(import.meta.url).resolve('zxing-wasm/reader/zxing_reader.wasm'));
prepareZXingModule({ overrides: { wasmBinary: new Uint8Array(wasm).buffer } });

export const WIDTH = 640;
export const HEIGHT = 480;

/** A code in the hall: where its middle is in the picture, how many pixels its side is, and how it is turned, in degrees. */
export interface HeldCode {
  text: string;
  at: Point;
  sidePx: number;
  yaw?: number;
  pitch?: number;
  roll?: number;
}

export interface Scene {
  /** RGB. */
  pixels: Buffer;
  /** Where each code is, in their order. */
  quads: Quad[];
}

/** A coloured, grainy hall with codes in it, in perspective. */
export async function sceneWith(...codes: HeldCode[]): Promise<Scene> {
  const pixels = Buffer.alloc(WIDTH * HEIGHT * 3);
  let grain = 1;
  for (let i = 0; i < pixels.length; i++) {
    grain = (grain * 48_271) % 2_147_483_647;
    const hall = i % 3 === 0 ? 150 : i % 3 === 1 ? 110 : 80;
    pixels[i] = hall + (Math.floor(i / 3) % WIDTH) / 20 + (grain % 17);
  }
  const quads: Quad[] = [];
  for (const code of codes) quads.push(await draw(pixels, code));
  return { pixels, quads };
}

async function draw(pixels: Buffer, code: HeldCode): Promise<Quad> {
  const { size, dark } = await qrSymbol(code.text);
  const toPicture = planeToPicture(code);
  const toPlane = invertHomography(toPicture);
  const quiet = 0.5 + 4 / size;
  for (let y = 0; y < HEIGHT; y++) {
    for (let x = 0; x < WIDTH; x++) {
      let light = 0;
      let hits = 0;
      for (const [dx, dy] of [[0.25, 0.25], [0.75, 0.25], [0.25, 0.75], [0.75, 0.75]] as const) {
        const p = applyHomography(toPlane, { x: x + dx, y: y + dy });
        if (Math.abs(p.x) > quiet || Math.abs(p.y) > quiet) continue;
        hits += 1;
        const [column, row] = [Math.floor((p.x + 0.5) * size), Math.floor((p.y + 0.5) * size)];
        const isDark = column >= 0 && row >= 0 && column < size && row < size && dark[row * size + column] === 1;
        light += isDark ? 30 : 230;
      }
      if (hits === 4) pixels.fill(light / 4, (y * WIDTH + x) * 3, (y * WIDTH + x) * 3 + 3);
    }
  }
  const corner = (x: number, y: number): Point => applyHomography(toPicture, { x, y });
  return [corner(-0.5, -0.5), corner(0.5, -0.5), corner(0.5, 0.5), corner(-0.5, 0.5)];
}

/** From the code's plane (its sides from -0.5 to 0.5) to pixels, by a pinhole five sides away. */
function planeToPicture({ at, sidePx, yaw = 0, pitch = 0, roll = 0 }: HeldCode): Homography {
  const [a, b, c] = [yaw, pitch, roll].map((degrees) => (degrees * Math.PI) / 180) as [number, number, number];
  const distance = 5;
  const rotated: Homography = [
    Math.cos(a) * Math.cos(c), -Math.cos(a) * Math.sin(c), 0,
    Math.sin(a) * Math.sin(b) * Math.cos(c) + Math.cos(b) * Math.sin(c), -Math.sin(a) * Math.sin(b) * Math.sin(c) + Math.cos(b) * Math.cos(c), 0,
    -Math.sin(a) * Math.cos(b) * Math.cos(c) + Math.sin(b) * Math.sin(c), Math.sin(a) * Math.cos(b) * Math.sin(c) + Math.sin(b) * Math.cos(c), distance,
  ];
  const focal = sidePx * distance;
  return composeHomographies([focal, 0, at.x, 0, focal, at.y, 0, 0, 1], rotated);
}

export async function colourFrame(scene: Scene, arrivedMs: number): Promise<Frame> {
  const jpeg = await sharp(scene.pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).jpeg({ quality: 92 }).toBuffer();
  return { seq: arrivedMs, arrivedMs, width: WIDTH, height: HEIGHT, jpeg };
}

export async function greyFrame(scene: Scene, arrivedMs: number): Promise<Frame> {
  const luma = await sharp(scene.pixels, { raw: { width: WIDTH, height: HEIGHT, channels: 3 } }).toColourspace('b-w').extractChannel(0).raw().toBuffer();
  return { seq: arrivedMs, arrivedMs, width: WIDTH, height: HEIGHT, luma };
}

async function read(picture: Sharp, binarizer: 'LocalAverage' | 'GlobalHistogram'): Promise<string[]> {
  const png = new Uint8Array(await picture.png({ compressionLevel: 1 }).toBuffer());
  const found = await readBarcodes(png, { formats: ['QRCode', 'MicroQRCode', 'RMQRCode'], binarizer, tryHarder: true, tryInvert: true, tryDownscale: true });
  return found.filter((code) => code.isValid).map((code) => code.text);
}

/** What any decoder reads in a picture as it is. */
export async function readPlainly(jpeg: Uint8Array): Promise<string[]> {
  return read(sharp(jpeg), 'LocalAverage');
}

/** What someone with the stored picture, other settings of the decoder and some image processing would read in it. */
export async function readAnyhow(jpeg: Uint8Array): Promise<string[]> {
  const texts = [
    read(sharp(jpeg), 'LocalAverage'),
    read(sharp(jpeg), 'GlobalHistogram'),
    read(sharp(jpeg).resize(WIDTH / 2), 'LocalAverage'),
    read(sharp(jpeg).resize(WIDTH * 2, null, { kernel: 'cubic' }), 'LocalAverage'),
    read(sharp(jpeg).greyscale().normalise(), 'LocalAverage'),
    read(sharp(jpeg).blur(2), 'LocalAverage'),
    read(sharp(jpeg).greyscale().median(5).normalise(), 'GlobalHistogram'),
  ];
  return (await Promise.all(texts)).flat();
}
