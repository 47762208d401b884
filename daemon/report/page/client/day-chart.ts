import type { Day, Outcome, Stats } from '../api.ts';
import { ceiling } from './chart-scale.ts';
import { nameOfDay } from './door-time.ts';
import { h, svg } from './element.ts';
import { outcomeWords } from './words.ts';

const WIDTH = 420;
const HEIGHT = 150;
const PLOT = { left: 30, right: WIDTH - 4, top: 10, bottom: HEIGHT - 22 };
/** From the ground up. */
const STACK: readonly Outcome[] = ['granted', 'denied', 'unavailable'];

/** Attempts a day as stacked bars, with the same in a table. */
export function dayChart({ days, complete }: Stats): Node[] {
  return [drawing(days), legend(), h('details', {}, h('summary', {}, 'Show as a table'), table(days)), ...(complete ? [] : [h('p', { class: 'quiet small' }, 'The log is still being counted; older days may grow.')])];
}

function drawing(days: Day[]): SVGSVGElement {
  const top = ceiling(Math.max(...days.map(total), 1));
  const slot = (PLOT.right - PLOT.left) / Math.max(1, days.length);
  const y = (count: number): number => PLOT.bottom - (count / top) * (PLOT.bottom - PLOT.top);
  const grid = [0, top / 2, top].filter(Number.isInteger).flatMap((count) => [
    svg('line', { x1: PLOT.left, x2: PLOT.right, y1: y(count), y2: y(count) }),
    svg('text', { 'x': PLOT.left - 5, 'y': y(count) + 4, 'text-anchor': 'end' }, shortNumber(count)),
  ]);
  const bars = days.flatMap((day, i) => {
    const x = PLOT.left + i * slot;
    const isNamed = (days.length - 1 - i) % Math.ceil(days.length / 7) === 0;
    return [...stack(day, x + slot * 0.15, slot * 0.7, y), isNamed && svg('text', { 'x': x + slot / 2, 'y': HEIGHT - 6, 'text-anchor': 'middle' }, i === days.length - 1 ? 'today' : nameOfDay(day.date).split(' ').slice(1).join(' '))];
  });
  return svg('svg', { 'class': 'chart', 'viewBox': `0 0 ${WIDTH} ${HEIGHT}`, 'role': 'img', 'aria-label': summary(days) }, ...grid, ...bars);
}

/** The parts of one bar, with a gap between them that tells them apart without their colours. */
function stack(day: Day, x: number, width: number, y: (count: number) => number): SVGElement[] {
  let below = 0;
  return STACK.filter((outcome) => day[outcome] > 0).map((outcome) => {
    const [bottom, top] = [y(below), y(below + day[outcome])];
    below += day[outcome];
    return svg('rect', { 'class': outcome, x, width, 'y': top, 'height': Math.max(1, bottom - top - (top > PLOT.top ? 1 : 0)) }, svg('title', {}, `${nameOfDay(day.date)}: ${day[outcome]} ${outcomeWords[outcome].word.toLowerCase()}`));
  });
}

function legend(): HTMLElement {
  return h('ul', { class: 'legend small' }, ...STACK.map((outcome) => h('li', { class: outcomeWords[outcome].tone }, h('span', { class: 'swatch' }), outcomeWords[outcome].word)));
}

function table(days: Day[]): HTMLElement {
  const head = h('tr', {}, h('th', { scope: 'col' }, 'Day'), ...STACK.map((outcome) => h('th', { scope: 'col' }, outcomeWords[outcome].word)));
  const rows = [...days].reverse().map((day) => h('tr', {}, h('th', { scope: 'row' }, nameOfDay(day.date)), ...STACK.map((outcome) => h('td', {}, String(day[outcome])))));
  return h('div', { 'class': 'table', 'role': 'region', 'aria-label': 'Attempts a day as a table', 'tabindex': 0 }, h('table', {}, h('thead', {}, head), h('tbody', {}, ...rows)));
}

function summary(days: Day[]): string {
  const sum = (outcome: Outcome): number => days.reduce((all, day) => all + day[outcome], 0);
  return `In the last ${days.length} days: ${STACK.map((outcome) => `${sum(outcome)} ${outcomeWords[outcome].word.toLowerCase()}`).join(', ')}. The table below has each day.`;
}

function total(day: Day): number {
  return STACK.reduce((sum, outcome) => sum + day[outcome], 0);
}

function shortNumber(count: number): string {
  return count >= 10_000 ? `${count / 1_000}k` : String(count);
}
