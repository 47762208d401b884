import sharp from 'sharp';
import { PosternError } from '../../base/errors.ts';
import { escaped } from './markup.ts';
import { factLines, HOW_TO_HOLD, ON_A_SCREEN, type PassFacts } from './pass-facts.ts';

interface Block {
  png: Uint8Array;
  width: number;
  height: number;
  /** Room above it, pixels. */
  above: number;
}

const WIDTH = 1000;
const MARGIN = 60;

/** A pass as one picture: the code at its own pixels, and the facts in words. PNG. Rejects PosternError('no-font'). */
export async function printedPicture(facts: PassFacts, picture: Uint8Array): Promise<Uint8Array> {
  await mustHaveFont();
  const { width = 0, height = 0 } = await sharp(picture).metadata();
  const blocks: Block[] = [
    await words(facts.door.name, 'bold 52', 0),
    await words(facts.holder, '36', 20),
    { png: picture, width, height, above: 4 },
    ...await Promise.all(factLines(facts).map(([name, value]) => words(`${name}: ${value}`, '28', 6))),
    await words(HOW_TO_HOLD, '24', 28),
    await words(ON_A_SCREEN, '24', 8),
    await words(`Code ${facts.tokenId}`, '18', 20),
  ];
  let top = MARGIN;
  const layers = blocks.map((block) => {
    const at = { input: Buffer.from(block.png), left: Math.floor((WIDTH - block.width) / 2), top: top + block.above };
    top += block.above + block.height;
    return at;
  });
  return sharp({ create: { width: WIDTH, height: top + MARGIN, channels: 3, background: '#fff' } }).composite(layers).greyscale().png({ compressionLevel: 9 }).toBuffer();
}

/** Without a font on the machine words are drawn as nothing, or as boxes all alike. Rejects PosternError('no-font'). */
export async function mustHaveFont(): Promise<void> {
  const [narrow, wide] = await Promise.all(['iiii', 'WWWW'].map((text) => words(text, '40', 0).catch(() => undefined)));
  if (narrow && wide && wide.width > narrow.width * 1.5) return;
  throw new PosternError('no-font', 'There is no font on this machine to write the pass with. Install one (apt install fonts-dejavu-core), or make a page instead of a picture: --out pass.html.');
}

async function words(text: string, font: string, above: number): Promise<Block> {
  const { data, info } = await sharp({ text: { text: escaped(text), font: `sans ${font}`, width: WIDTH - 2 * MARGIN, dpi: 72, align: 'centre', wrap: 'word-char', rgba: true } }).png().toBuffer({ resolveWithObject: true });
  return { png: data, width: info.width, height: info.height, above };
}
