import sharp from 'sharp';
import type { Stage } from './render-plan.ts';

const COLUMNS = 6;
const [TILE_WIDTH, TILE_HEIGHT] = [256, 160];
const GAP = 4;

/** One picture of each session beside each other, in the order in which they are added. */
export class ContactSheet {
  readonly #tiles: Buffer[] = [];

  async add({ scene, sensor }: Stage, atMs: number): Promise<void> {
    const jpeg = await sensor.expose(scene.pictureAt(atMs), scene.keyAt(atMs));
    this.#tiles.push(await sharp(jpeg).resize(TILE_WIDTH, TILE_HEIGHT, { fit: 'cover' }).toBuffer());
  }

  async jpeg(): Promise<Buffer> {
    const rows = Math.ceil(this.#tiles.length / COLUMNS);
    const composed = this.#tiles.map((input, i) => ({
      input, left: GAP + (i % COLUMNS) * (TILE_WIDTH + GAP), top: GAP + Math.floor(i / COLUMNS) * (TILE_HEIGHT + GAP),
    }));
    const [width, height] = [GAP + COLUMNS * (TILE_WIDTH + GAP), GAP + rows * (TILE_HEIGHT + GAP)];
    return sharp({ create: { width, height, channels: 3, background: '#202226' } }).composite(composed).jpeg({ quality: 72 }).toBuffer();
  }
}
