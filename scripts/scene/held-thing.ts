import type { Point } from '../../daemon/base/frame.ts';
import { byteOf } from './lighting.ts';
import type { QrSymbol } from './qr-symbol.ts';
import type { Sheet } from './sheet.ts';
import type { Texture } from './texture.ts';

/** A code on something flat: its text and where its modules (without the quiet zone) lie, metres from the middle. */
export interface PlacedCode {
  text: string;
  symbol: QrSymbol;
  /** Its middle. */
  x: number;
  y: number;
  /** The length of its side. */
  sizeM: number;
  /** Turned by half a turn on the screen or paper. */
  upsideDown?: boolean;
}

/** A phone or a print in a hand, ready to be held to the camera. */
export interface HeldThing {
  texture: Texture;
  codes: PlacedCode[];
  /** The part in the middle that mirrors lamps; paper has none. */
  glass?: { widthM: number; heightM: number };
}

/** The corners of a code in its plane, in the code's own order: top left, top right, bottom right, bottom left. */
export function cornersOf(code: PlacedCode): [Point, Point, Point, Point] {
  const half = (code.upsideDown ? -code.sizeM : code.sizeM) / 2;
  const corner = (x: number, y: number): Point => ({ x: code.x + x * half, y: code.y + y * half });
  return [corner(-1, -1), corner(1, -1), corner(1, 1), corner(-1, 1)];
}

/** Draws the code's modules on `sheet`, `dark` and `light` as linear light, with its quiet zone of four modules too (ISO/IEC 18004, 9.1). */
export function drawCode(sheet: Sheet, code: PlacedCode, ink: { dark: number; light: number }): void {
  const { size } = code.symbol;
  const [dark, light] = [byteOf(ink.dark), byteOf(ink.light)];
  const texelsPerModule = (code.sizeM * sheet.perMetre) / size;
  const [left, top] = [(code.x - code.sizeM / 2) * sheet.perMetre + sheet.width / 2, (code.y - code.sizeM / 2) * sheet.perMetre + sheet.height / 2];
  const quiet = 4 * texelsPerModule;
  const end = size * texelsPerModule + quiet;
  for (let y = Math.ceil(top - quiet); y < top + end; y++) {
    for (let x = Math.ceil(left - quiet); x < left + end; x++) {
      const darkness = darknessAt(code, (x - left) / texelsPerModule, (y - top) / texelsPerModule, 1 / texelsPerModule);
      sheet.rgba.fill(Math.round(light + (dark - light) * darkness), (y * sheet.width + x) * 4, (y * sheet.width + x) * 4 + 3);
    }
  }
}

/** The share of a texel, `side` modules wide with its corner at (column, row), that dark modules cover: 4 × 4 points of it. */
function darknessAt({ symbol, upsideDown }: PlacedCode, column: number, row: number, side: number): number {
  let dark = 0;
  for (let i = 0; i < 16; i++) {
    let x = Math.floor(column + ((i % 4) + 0.5) * (side / 4));
    let y = Math.floor(row + (Math.floor(i / 4) + 0.5) * (side / 4));
    if (x < 0 || y < 0 || x >= symbol.size || y >= symbol.size) continue;
    if (upsideDown) [x, y] = [symbol.size - 1 - x, symbol.size - 1 - y];
    dark += symbol.dark[y * symbol.size + x] as number;
  }
  return dark / 16;
}
