import { HAND_SHADES, flesh, sleeveAndWrist } from './hand.ts';
import { drawCode } from './held-thing.ts';
import type { HeldThing, PlacedCode } from './held-thing.ts';
import type { Lighting } from './lighting.ts';
import type { Look } from './people.ts';
import { qrSymbol } from './qr-symbol.ts';
import { lit, over, paintSheet } from './sheet.ts';
import type { Sheet } from './sheet.ts';
import { Texture } from './texture.ts';

const BOX_MM = { x: -100, y: -200, width: 200, height: 400 };
const PER_METRE = 2600;
/** Ink and paper give back so much of the light. */
const [INK, PAPER] = [0.05, 0.86];

export interface PrintOptions {
  /** Beside each other from the left. */
  codes: { text: string; sizeM: number }[];
  look: Look;
  lighting: Lighting;
}

/** A sheet of paper with one or two codes, held at its lower edge, bent a little so that the light falls off across it. */
export async function makePrint({ codes, look, lighting }: PrintOptions): Promise<HeldThing> {
  const falling = lighting.atDoor * lighting.exposure;
  const placed = await sideBySide(codes);
  const paperMm = Math.max(105, placed.reduce((sum, code) => sum + code.sizeM * 1000, 0) + 22 + 14 * placed.length);
  const [back, bend, thumb] = await Promise.all([
    paint(sleeveAndWrist(look) + flesh(PALM, look.skin) + paper(paperMm)), paint(bendOf(paperMm)), paint(thumbOver(look)),
  ]);
  const sheet = lit(back, falling);
  for (const code of placed) drawCode(sheet, code, { dark: INK * falling, light: PAPER * falling });
  const whole = over(over(sheet, bend), lit(thumb, falling));
  return { texture: new Texture(whole.rgba, whole.width, whole.height, BOX_MM.width / 1000), codes: placed };
}

/** Behind the paper. */
const PALM = 'M4 66 C0 88 2 108 12 124 L54 119 C60 102 56 84 48 66 Z';

/** Codes in a row around the middle, 16 mm apart: two quiet zones. */
async function sideBySide(codes: PrintOptions['codes']): Promise<PlacedCode[]> {
  const gap = 0.016;
  let left = -(codes.reduce((sum, { sizeM }) => sum + sizeM, 0) + gap * (codes.length - 1)) / 2;
  const placed: PlacedCode[] = [];
  for (const { text, sizeM } of codes) {
    placed.push({ text, symbol: await qrSymbol(text), x: left + sizeM / 2, y: -0.012, sizeM });
    left += sizeM + gap;
  }
  return placed;
}

function paint(body: string): Promise<Sheet> {
  return paintSheet({ body: HAND_SHADES + body, box: BOX_MM, unitM: 0.001, perMetre: PER_METRE });
}

/** A little over A6 high, a heading and lines that stand for words. */
function paper(widthMm: number): string {
  const half = widthMm / 2;
  const line = (y: number, share: number): string => `<rect x="${-half + 10}" y="${y}" width="${(widthMm - 20) * share}" height="2" fill="#777"/>`;
  return `<rect x="${-half}" y="-74" width="${widthMm}" height="148" fill="#efece4"/>
    <rect x="${-half + 10}" y="-66" width="34" height="6" rx="1" fill="#2b4a3f"/><rect x="${-half + 10}" y="-57" width="${widthMm * 0.5}" height="2.4" fill="#555"/>
    ${line(28, 1)}${line(34, 0.9)}${line(40, 0.95)}${line(46, 0.55)}`;
}

/** Shadow towards one edge and light towards the other, and a fold across. */
function bendOf(widthMm: number): string {
  const half = widthMm / 2;
  return `<defs><linearGradient id="bend" x1="0" x2="1" y1="0" y2=".35">
      <stop offset="0" stop-color="#000" stop-opacity=".34"/><stop offset=".4" stop-color="#000" stop-opacity=".03"/>
      <stop offset=".62" stop-color="#fff" stop-opacity=".1"/><stop offset="1" stop-color="#000" stop-opacity=".2"/></linearGradient></defs>
    <rect x="${-half}" y="-74" width="${widthMm}" height="148" fill="url(#bend)"/>
    <rect x="${-half}" y="20.5" width="${widthMm}" height=".7" fill="#000" fill-opacity=".14"/>`;
}

function thumbOver(look: Look): string {
  return flesh('M52 112 C46 96 38 82 32 68 C27 58 20 53 15.5 57 C11 61 14 72 18 82 C23 95 24 104 26 116 Z', look.skin)
    + '<path d="M16 59 C19 55.5 24 59 26.5 65 L19.5 69 C17 65 15 61.5 16 59 Z" fill="#fff" fill-opacity=".28"/>';
}
