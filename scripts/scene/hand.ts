import type { Look } from './people.ts';

/** Gradients that hands are painted with; millimetres, as the things in them. */
export const HAND_SHADES = `<defs>
  <linearGradient id="round" x1="0" x2="1" y1="0" y2="0">
    <stop offset="0" stop-color="#000" stop-opacity=".4"/><stop offset=".35" stop-color="#fff" stop-opacity=".1"/>
    <stop offset=".7" stop-color="#000" stop-opacity=".08"/><stop offset="1" stop-color="#000" stop-opacity=".45"/>
  </linearGradient>
  <linearGradient id="down" x1="0" x2="0" y1="0" y2="1">
    <stop offset="0" stop-color="#fff" stop-opacity=".12"/><stop offset="1" stop-color="#000" stop-opacity=".3"/>
  </linearGradient>
</defs>`;

/** Skin with the shading of something round and a thin dark outline where it touches what it holds. */
export function flesh(path: string, skin: string): string {
  return shaded(path, skin) + `<path d="${path}" fill="none" stroke="#2a120a" stroke-opacity=".35" stroke-width=".8"/>`;
}

/** A forearm that comes from below on the right, in its sleeve. */
export function sleeveAndWrist(look: Look): string {
  return shaded('M-8 96 C0 120 6 132 10 150 L60 150 C58 128 54 110 50 84 Z', look.skin)
    + shaded('M0 128 C22 120 46 118 66 124 L90 199 L90 200 L14 200 Z', look.coat)
    + '<path d="M0 128 C22 120 46 118 66 124 L67.5 131 C46 125 24 127 2 135 Z" fill="#000" fill-opacity=".25"/>';
}

function shaded(path: string, colour: string): string {
  return `<path d="${path}" fill="${colour}"/><path d="${path}" fill="url(#round)"/><path d="${path}" fill="url(#down)"/>`;
}
