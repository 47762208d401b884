import type { LiveFrame, LiveMeasures } from '../api.ts';
import type { Tone } from './words.ts';

export interface Advice {
  tone: Tone;
  text: string;
}

/** Fewer pixels than these a module are read with luck only. */
export const WANTED_MODULE_PX = 3;

/** Where the code is in the picture and whether it is large enough. */
export function aimAdvice({ outlines, width, height, hint, measures: { modulePx } }: LiveFrame): Advice {
  const outline = outlines.find(({ read }) => read) ?? outlines[0];
  if (!outline) return { tone: 'info', text: hint ? hint.text : 'No code in view. Hold one where visitors will hold theirs.' };
  const where = placeOf(outline.corners, width, height);
  const size = modulePx === undefined ? '' : ` ${modulePx.toFixed(1)} pixels a module`;
  const isSmall = modulePx !== undefined && modulePx < WANTED_MODULE_PX;
  if (isSmall) return { tone: 'warn', text: `${outline.read ? 'Read' : 'Seen, not read'}, ${where}.${size}: too small, ${WANTED_MODULE_PX} are wanted. Bring the camera nearer, or zoom in.` };
  if (!outline.read) return { tone: 'warn', text: `Seen, not read, ${where}.${size ? `${size}.` : ''}${hint ? ` ${hint.text}` : ''}` };
  return { tone: 'good', text: `Read, ${where}.${size ? `${size}: enough.` : ''}` };
}

export function focusAdvice({ word }: LiveMeasures['focus']): Advice {
  switch (word) {
    case 'sharp': return { tone: 'good', text: 'Sharp' };
    case 'soft': return { tone: 'warn', text: 'Soft: turn the lens until the bar is longest' };
    case 'blurred': return { tone: 'bad', text: 'Blurred: turn the lens, wipe it, look for a protective film' };
  }
}

export function lightAdvice({ word }: LiveMeasures['light']): Advice {
  switch (word) {
    case 'good': return { tone: 'good', text: 'Good light' };
    case 'dark': return { tone: 'warn', text: 'Dark: add a light, or let the camera expose for longer' };
    case 'bright': return { tone: 'warn', text: 'Bright: keep sun and lamps out of the picture' };
  }
}

const rows = ['at the top', '', 'at the bottom'] as const;
const columns = ['left', '', 'right'] as const;

/** By the code's middle, in thirds of the picture, as whoever looks at the page sees them. */
function placeOf(corners: [number, number][], width: number, height: number): string {
  const mean = (axis: 0 | 1): number => corners.reduce((sum, corner) => sum + corner[axis], 0) / Math.max(1, corners.length);
  const third = (share: number): 0 | 1 | 2 => (share < 1 / 3 ? 0 : share < 2 / 3 ? 1 : 2);
  const row = rows[third(mean(1) / height)];
  const column = columns[third(mean(0) / width)];
  if (row === '' && column === '') return 'in the middle';
  if (row === '') return `on the ${column}`;
  return column === '' ? row : `${row} ${column}`;
}
