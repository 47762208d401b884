import sharp from 'sharp';
import type { Frame } from '../../daemon/base/frame.ts';
import { qrSymbol, type QrSymbol } from '../scene/qr-symbol.ts';
import { seededRandom, type Random } from '../scene/random.ts';

export type SoakFrame = Omit<Frame, 'seq' | 'arrivedMs'>;

/** Sizes that cameras give, and one that no camera does. */
const SIZES = [[320, 240], [640, 480], [480, 360], [1280, 720], [333, 217]] as const;
/** Of ten pictures: codes that the plain pass reads, such as only extra looks do, one that nothing does, none. */
const SHOWN = ['clear', 'clear', 'clear', 'clear', 'clear', 'clear', 'bent', 'bent', 'scratched', 'empty'] as const;

type Shown = (typeof SHOWN)[number];

/** A pool of different pictures, most with a code of its own; the same every time. */
export async function soakPictures(format: 'luma' | 'jpeg'): Promise<SoakFrame[]> {
  const random = seededRandom('decode soak');
  const frames: SoakFrame[] = [];
  for (let n = 0; n < SIZES.length * SHOWN.length; n++) {
    const [width, height] = SIZES[n % SIZES.length] as (typeof SIZES)[number];
    const shown = SHOWN[Math.floor(n / SIZES.length)] as Shown;
    const symbol = shown === 'empty' ? undefined : await qrSymbol(`PT1:${'SOAK'.repeat(5 + (n % 20))}${n}`);
    const luma = painted({ width, height, symbol, shown, random });
    if (format === 'luma') frames.push({ width, height, luma });
    else frames.push({ width, height, jpeg: await sharp(await coloured(luma, width, height)).jpeg({ quality: 85 }).toBuffer() });
  }
  return frames;
}

interface Painting {
  width: number;
  height: number;
  symbol: QrSymbol | undefined;
  shown: Shown;
  random: Random;
}

function painted({ width, height, symbol, shown, random }: Painting): Uint8Array {
  const luma = Uint8Array.from({ length: width * height }, () => 100 + random() * 40);
  if (!symbol) return luma;
  const scale = Math.max(2, Math.floor((height * 0.8) / (symbol.size + 8)));
  const side = (symbol.size + 8) * scale;
  const [left, top] = [Math.floor(random() * (width - side)), Math.floor(random() * (height - side))];
  for (let y = 0; y < side; y++) {
    for (let x = 0; x < side; x++) luma[(top + y) * width + left + x] = moduleAt(symbol, x / scale - 4, y / scale - 4, shown) + random() * 12;
  }
  return luma;
}

/** Scratches take more than error correction bears; bends are those of cloth. */
function moduleAt({ size, dark }: QrSymbol, x: number, y: number, shown: Shown): number {
  const wave = (at: number): number => (shown === 'bent' ? 0.7 * Math.sin((at / size) * Math.PI * 2) : 0);
  const [column, row] = [Math.floor(x + wave(y)), Math.floor(y + wave(x))];
  if (!(column >= 0 && row >= 0 && column < size && row < size)) return 220;
  if (shown === 'scratched' && column > 9 && row > 9 && (column + 2 * row) % 3 > 0) return 128;
  return dark[row * size + column] === 1 ? 30 : 220;
}

/** As colour cameras give it: three channels. */
async function coloured(luma: Uint8Array, width: number, height: number): Promise<Buffer> {
  return sharp(luma, { raw: { width, height, channels: 1 } }).toColourspace('srgb').png().toBuffer();
}
