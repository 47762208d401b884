import type { Sheet } from './sheet.ts';
import { paintSheet } from './sheet.ts';

/** How someone looks; colours as SVG has them. */
export interface Look {
  coat: string;
  trousers: string;
  skin: string;
  hair: string;
  scarf?: string;
  hat?: string;
  heightM: number;
}

export const looks = {
  courier: { coat: '#c8862b', trousers: '#2b2f3a', skin: '#c98f6b', hair: '#2a1d14', hat: '#3a3f4d', heightM: 1.78 },
  resident: { coat: '#3c4f6e', trousers: '#23242a', skin: '#e0b394', hair: '#6b4423', scarf: '#a8323a', heightM: 1.7 },
  engineer: { coat: '#3f6b54', trousers: '#4a4238', skin: '#8a5a3c', hair: '#15110e', heightM: 1.83 },
  guest: { coat: '#7d5a78', trousers: '#1f2430', skin: '#edc4a6', hair: '#b08a4a', scarf: '#d8cfc0', heightM: 1.66 },
} as const satisfies Record<string, Look>;

export type Stance = 'standing' | 'left-step' | 'right-step';
export type Facing = 'camera' | 'away' | 'left' | 'right';

/** The drawing's own size: 62 × 180 centimetres, feet at the lower edge, for someone 178 cm tall. */
const WIDTH_CM = 62;
const HEIGHT_CM = 180;

/** Someone from head to foot, albedo colours, 0.62 m wide for a height of 1.8 m. */
export function paintPerson(look: Look, facing: Facing, stance: Stance): Promise<Sheet> {
  const body = facing === 'left' || facing === 'right' ? sideView(look, facing, stance) : frontView(look, facing === 'away', stance);
  const box = { x: 0, y: 0, width: WIDTH_CM, height: HEIGHT_CM };
  return paintSheet({ body: SHADES + SHADOW + body, box, unitM: (0.01 * look.heightM) / 1.78, perMetre: 520 });
}

const SHADES = `<defs>
  <linearGradient id="round" x1="0" x2="1" y1="0" y2="0">
    <stop offset="0" stop-color="#000" stop-opacity=".55"/><stop offset=".28" stop-color="#000" stop-opacity=".05"/>
    <stop offset=".5" stop-color="#fff" stop-opacity=".1"/><stop offset=".75" stop-color="#000" stop-opacity=".08"/>
    <stop offset="1" stop-color="#000" stop-opacity=".6"/>
  </linearGradient>
  <linearGradient id="down" x1="0" x2="0" y1="0" y2="1">
    <stop offset="0" stop-color="#fff" stop-opacity=".12"/><stop offset=".4" stop-color="#000" stop-opacity="0"/>
    <stop offset="1" stop-color="#000" stop-opacity=".45"/>
  </linearGradient>
  <filter id="soft" x="-20%" y="-20%" width="140%" height="140%"><feGaussianBlur stdDeviation=".7"/></filter>
</defs>`;

/** What someone keeps from the floor under their feet. */
const SHADOW = '<ellipse cx="31" cy="176.5" rx="24" ry="2" fill="#000" fill-opacity=".45" filter="url(#soft)"/>';

/** A shape in one colour with the shading of something round. */
function rounded(path: string, colour: string): string {
  return `<path d="${path}" fill="${colour}"/><path d="${path}" fill="url(#round)"/><path d="${path}" fill="url(#down)"/>`;
}

function frontView(look: Look, away: boolean, stance: Stance): string {
  const lift = { 'standing': [0, 0], 'left-step': [7, 0], 'right-step': [0, 7] }[stance] as [number, number];
  const leg = (x: number, up: number): string => rounded(
    `M${x - 8} 92 L${x + 8} 92 L${x + 6} ${170 - up} L${x - 5.5} ${170 - up} Z`, look.trousers)
    + `<path d="M${x - 6.5} ${176 - up} q0 -8 6.5 -8 q7 0 7 8 Z" fill="#1b1714"/>`;
  const swing = stance === 'standing' ? 0 : stance === 'left-step' ? 4 : -4;
  const arm = (x: number, out: number, reach: number): string => rounded(
    `M${x - 5} 38 Q${x} 30 ${x + 5} 38 L${x + 4 + out} ${88 - reach} L${x - 4 + out} ${88 - reach} Z`, look.coat)
    + `<ellipse cx="${x + out}" cy="${91 - reach}" rx="3.6" ry="4.6" fill="${look.skin}"/>`;
  const coat = 'M31 26 C23 27 16 29 12.5 35 C11.5 55 13 80 11.5 108 L50.5 108 C49 80 50.5 55 49.5 35 C46 29 39 27 31 26 Z';
  return leg(22, lift[0]) + leg(40, lift[1]) + rounded('M25 20 L37 20 L39 32 L23 32 Z', look.skin) + rounded(coat, look.coat)
    + arm(11.5, -3, swing) + arm(50.5, 3, -swing) + (away ? seam() : lapels()) + (look.scarf ? scarf(look.scarf) : '') + head(look, away);
}

function lapels(): string {
  return `<g fill="none" stroke="#000" stroke-opacity=".35" stroke-width=".7">
    <path d="M31 46 L31 108"/><path d="M25 28 L31 46 L37 28"/><path d="M16 78 l8 2 M38 80 l8 -2"/></g>
    <g fill="#000" fill-opacity=".45"><circle cx="33" cy="56" r="1"/><circle cx="33" cy="68" r="1"/><circle cx="33" cy="80" r="1"/></g>
    <path d="M25 28 L31 46 L37 28 L34 26 L28 26 Z" fill="#d9d4ca" fill-opacity=".75"/>`;
}

function seam(): string {
  return '<path d="M31 30 L31 108" stroke="#000" stroke-opacity=".2" stroke-width=".7"/>';
}

function scarf(colour: string): string {
  return rounded('M21 25 Q31 33 41 25 L43 31 Q31 40 19 31 Z', colour) + rounded('M33 33 L40 32 L41 58 L34 59 Z', colour);
}

function head(look: Look, away: boolean): string {
  const skull = 'M31 1.5 C38 1.5 41 7 40.6 13 C40.4 20 36 25.5 31 25.5 C26 25.5 21.6 20 21.4 13 C21 7 24 1.5 31 1.5 Z';
  const crown = 'M31 0.5 C39 0.5 42.5 6 41.2 13.5 C39.5 11 38.5 7.5 36 6.5 C31 8.5 26 8 24 7 C22.6 9 22 11 20.8 13.5 C19.5 6 23 0.5 31 0.5 Z';
  const cap = look.hat ? rounded('M20.6 9 C20.5 2 25 -0.5 31 -0.5 C37 -0.5 41.5 2 41.4 9 Q31 6 20.6 9 Z', look.hat) : '';
  if (away) return rounded(skull, look.hair) + cap;
  const face = `<g filter="url(#soft)" fill="#3a1e12">
      <ellipse cx="26.8" cy="12.4" rx="2.4" ry="1" fill-opacity=".4"/><ellipse cx="35.2" cy="12.4" rx="2.4" ry="1" fill-opacity=".4"/>
      <path d="M32 12.5 L33 17 L30 17.4 Z" fill-opacity=".25"/></g>
    <g fill="#1d1410"><ellipse cx="26.8" cy="12.9" rx=".8" ry=".6"/><ellipse cx="35.2" cy="12.9" rx=".8" ry=".6"/></g>
    <path d="M28.6 20.2 Q31 21 33.4 20.2" stroke="#7a3b30" stroke-width=".7" stroke-opacity=".7" fill="none"/>
    <g stroke="${look.hair}" stroke-width=".8" fill="none"><path d="M24.6 10.8 q2 -1 4.4 -.2 M33 10.6 q2.4 -.8 4.4 .2"/></g>`;
  const ears = `<ellipse cx="21.2" cy="14.4" rx="1.3" ry="2.6" fill="${look.skin}"/><ellipse cx="40.8" cy="14.4" rx="1.3" ry="2.6" fill="${look.skin}"/>`;
  return ears + rounded(skull, look.skin) + face + rounded(crown, look.hair) + cap;
}

/** Someone who passes, walking to the left or to the right. */
function sideView(look: Look, facing: 'left' | 'right', stance: Stance): string {
  const stride = { 'standing': 0, 'left-step': 13, 'right-step': -13 }[stance];
  const leg = (by: number, colour: string): string => rounded(
    `M24 90 L40 90 Q${38 + by * 0.6} 130 ${36 + by} 168 L${27 + by} 168 Q${26 + by * 0.4} 130 24 90 Z`, colour)
    + `<path d="M${24 + by} 177 L${24 + by} 168 L${36 + by} 167 Q${46 + by} 172 ${46 + by} 177 Z" fill="#1b1714"/>`;
  const arm = (by: number): string => rounded(
    `M27 36 Q32 31 37 36 Q${37 + by * 0.5} 62 ${36 + by} 84 L${29 + by} 85 Q${27 + by * 0.4} 60 27 36 Z`, look.coat)
    + `<ellipse cx="${33 + by}" cy="88" rx="3.4" ry="4.4" fill="${look.skin}"/>`;
  const coat = 'M31 27 C25 28 20 34 19.5 46 C19 70 20 90 17 108 L46 108 C44 88 45 66 43.5 46 C42.5 34 38 28 31 27 Z';
  const skull = 'M32 2 C39 2 42 7 41.5 12 L43.4 16 L41.2 17 C41 21.5 38.5 24.5 34 24.5 L31 25 C25 23 22 18 22 12 C22 6 26 2 32 2 Z';
  const hair = 'M32 1 C39 1 41.5 4 41.2 8 C37 8 35 9 34.6 12 C34 16 32 19 29 22 C24 20 21 16 21 11 C21 5 25 1 32 1 Z';
  const turned = facing === 'left' ? `translate(${WIDTH_CM} 0) scale(-1 1)` : '';
  return `<g transform="${turned}">${arm(-stride)}${leg(-stride, look.trousers)}${leg(stride, look.trousers)}`
    + rounded('M27 20 L36 20 L37 31 L25 31 Z', look.skin) + rounded(coat, look.coat)
    + (look.scarf ? rounded('M24 25 Q32 30 39 25 L40 31 Q32 36 23 31 Z', look.scarf) : '')
    + rounded(skull, look.skin) + rounded(hair, look.hair)
    + (look.hat ? rounded('M21 8 C21 1 26 -0.5 32 -0.5 C38 -0.5 42 2 42 7 L47 8 L21 9 Z', look.hat) : '')
    + arm(stride) + '</g>';
}
