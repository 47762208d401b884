import { drawCode } from './held-thing.ts';
import { HAND_SHADES, flesh, sleeveAndWrist } from './hand.ts';
import type { HeldThing } from './held-thing.ts';
import type { Lighting } from './lighting.ts';
import type { Look } from './people.ts';
import { qrSymbol } from './qr-symbol.ts';
import { lit, over, paintSheet } from './sheet.ts';
import type { Sheet } from './sheet.ts';
import { Texture } from './texture.ts';

/** The whole drawing, hand and sleeve included, in millimetres; the phone's middle is the drawing's. */
const BOX_MM = { x: -90, y: -200, width: 180, height: 400 };
const PER_METRE = 3000;
/** Code of 49 modules: three texels a module. */
export const PHONE_CODE_M = 0.049;
export const PHONE_GLASS = { widthM: 0.07, heightM: 0.148 } as const;

export interface PhoneOptions {
  text: string;
  look: Look;
  lighting: Lighting;
  /** Held with its lower edge up. */
  upsideDown?: boolean;
  /** Everything so many times as large, hand and all; default 1. */
  enlarged?: number;
}

/** A phone that shows a code, in its owner's hand. */
export async function makePhone({ text, look, lighting, upsideDown = false, enlarged = 1 }: PhoneOptions): Promise<HeldThing> {
  const [back, screen, front] = await Promise.all([paint(behind(look)), paint(screenOf(upsideDown)), paint(inFront(look))]);
  const drawn = { text, symbol: await qrSymbol(text), x: 0, y: upsideDown ? 0.012 : -0.012, sizeM: PHONE_CODE_M, upsideDown };
  const shown = lit(screen, lighting.screen);
  drawCode(shown, drawn, { dark: 0.008 * lighting.screen, light: lighting.screen });
  const falling = lighting.atDoor * lighting.exposure;
  const whole = over(over(lit(back, falling), shown), lit(front, falling));
  const code = { ...drawn, y: drawn.y * enlarged, sizeM: PHONE_CODE_M * enlarged };
  return {
    texture: new Texture(whole.rgba, whole.width, whole.height, (BOX_MM.width / 1000) * enlarged), codes: [code],
    glass: { widthM: PHONE_GLASS.widthM * enlarged, heightM: PHONE_GLASS.heightM * enlarged },
  };
}

function paint(body: string): Promise<Sheet> {
  return paintSheet({ body: HAND_SHADES + body, box: BOX_MM, unitM: 0.001, perMetre: PER_METRE });
}

/** Sleeve, palm and the phone's case. */
function behind(look: Look): string {
  return sleeveAndWrist(look)
    + flesh('M36 -2 C52 8 58 40 54 70 C50 96 34 112 12 112 C-16 112 -34 96 -40 70 L-38 10 Z', look.skin)
    + '<rect x="-36" y="-75" width="72" height="150" rx="9.5" fill="#131417"/>'
    + '<rect x="-35.4" y="-74.4" width="70.8" height="148.8" rx="9" fill="none" stroke="#6d7178" stroke-width=".8"/>';
}

/** What the screen shows around the code: a bar, the code's card, lines that stand for words, a button. */
function screenOf(upsideDown: boolean): string {
  const line = (y: number, half: number, colour: string): string => `<rect x="${-half}" y="${y}" width="${2 * half}" height="2.6" rx="1.3" fill="${colour}"/>`;
  return `<g transform="rotate(${upsideDown ? 180 : 0})">
    <rect x="-32.6" y="-71.5" width="65.2" height="143" rx="6" fill="#eef1f5"/>
    <path d="M-32.6 -54 L-32.6 -65.5 A6 6 0 0 1 -26.6 -71.5 L26.6 -71.5 A6 6 0 0 1 32.6 -65.5 L32.6 -54 Z" fill="#2456b8"/>
    <circle cx="-26" cy="-61" r="3.2" fill="#fff" fill-opacity=".9"/><rect x="-19" y="-62.6" width="30" height="3.2" rx="1.6" fill="#fff" fill-opacity=".9"/>
    <circle cx="0" cy="-68.6" r="1.5" fill="#0b0b0d"/>
    <rect x="-30" y="-47" width="60" height="70" rx="3.5" fill="#fff"/>
    ${line(29, 22, '#59616e')}${line(35, 15, '#a3abb7')}
    <rect x="-20" y="46" width="40" height="10" rx="5" fill="#2456b8"/><rect x="-9" y="49.6" width="18" height="2.8" rx="1.4" fill="#fff"/>
    <rect x="-11" y="67" width="22" height="1.4" rx=".7" fill="#2b2e34"/></g>`;
}

/** The thumb on one edge, fingertips around the other; they leave the code free. */
function inFront(look: Look): string {
  const finger = (y: number, tip: number): string => flesh(`M-46 ${y - 7} L${tip - 6} ${y - 6.5} A6.5 6.5 0 0 1 ${tip - 6} ${y + 6.5} L-46 ${y + 7} Z`, look.skin)
    + `<rect x="${tip - 6.5}" y="${y - 3.6}" width="6" height="7.2" rx="3" fill="#fff" fill-opacity=".28"/>`;
  const thumb = 'M58 78 C50 62 44 46 41 34 C39 25 34 20 30 23 C26 26 27 36 29 46 C31 60 36 78 44 90 Z';
  return finger(30, -27) + finger(45, -26) + finger(59.5, -27.5) + finger(72.5, -31) + flesh(thumb, look.skin)
    + '<path d="M30.5 25 C33 23 36.5 26 37.5 32 L31 34 C29.6 30 29 27 30.5 25 Z" fill="#fff" fill-opacity=".28"/>';
}
