import type { Balanced } from './balanced-picture.ts';
import { FULL } from './balanced-picture.ts';

/** A square of modules with known colours, row by row: 1 dark, 0 light. */
export interface Template {
  modules: Uint8Array;
  side: number;
}

function ringsTemplate(side: number, dark: (ring: number) => boolean): Template {
  const middle = (side - 1) / 2;
  return { side, modules: Uint8Array.from({ length: side * side }, (_, i) => (dark(Math.max(Math.abs(Math.floor(i / side) - middle), Math.abs((i % side) - middle))) ? 1 : 0)) };
}

/** A finder pattern with a light module around it (the separator and the quiet zone). */
export const finderTemplate = ringsTemplate(9, (ring) => ring < 2 || ring === 3);
export const alignmentTemplate = ringsTemplate(5, (ring) => ring !== 1);

/** Where a template fits, off from where it was expected, in pixels of the flat picture; `fit` is 1 for a perfect one. */
export interface Match {
  dx: number;
  dy: number;
  fit: number;
}

/** What fits less is chance. */
const LEAST_FIT = 0.2;

/** The places within `reach` pixels around the middle (`x`, `y`) where the template fits best, best first, none next to a better one. */
export function matches(balanced: Balanced, side: number, scale: number, template: Template, x: number, y: number, reach: number, atMost: number): Match[] {
  const found: Match[] = [];
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) {
      // A place further away has to be better: most of the time the grid is nearly right.
      const fit = fitAt(balanced, side, scale, template, x + dx, y + dy) - (0.1 * Math.sqrt(dx * dx + dy * dy)) / (reach + 1);
      const least = found.length < atMost ? LEAST_FIT : (found[found.length - 1] as Match).fit;
      if (fit > least) keep(found, { dx, dy, fit }, scale, atMost);
    }
  }
  return found;
}

function fitAt(balanced: Balanced, side: number, scale: number, template: Template, x: number, y: number): number {
  let sum = 0;
  const half = (template.side - 1) / 2;
  for (let row = 0, i = 0; row < template.side; row++) {
    const py = Math.floor(y + (row - half) * scale);
    for (let column = 0; column < template.side; column++, i++) {
      const px = Math.floor(x + (column - half) * scale);
      if (px < 0 || py < 0 || px >= side || py >= side) continue;
      const value = balanced[py * side + px] as number;
      sum += template.modules[i] === 1 ? -value : value;
    }
  }
  return sum / (FULL * template.modules.length);
}

function keep(found: Match[], match: Match, scale: number, atMost: number): void {
  const near = found.findIndex((other) => Math.abs(other.dx - match.dx) < scale && Math.abs(other.dy - match.dy) < scale);
  if (near >= 0) {
    if ((found[near] as Match).fit >= match.fit) return;
    found.splice(near, 1);
  }
  const at = found.findIndex((other) => other.fit < match.fit);
  found.splice(at < 0 ? found.length : at, 0, match);
  if (found.length > atMost) found.pop();
}
