import { printable } from '../../base/printable.ts';
import type { SiteDoor } from './site-board.ts';

export interface TableView {
  nowMs: number;
  /** Characters a line. */
  columns: number;
  /** Lines, the heading's included; doors beyond are counted in the last. */
  rows: number;
  colour: boolean;
}

type Paint = 'plain' | 'red' | 'yellow' | 'grey' | 'bold';
interface Cell {
  text: string;
  paint?: Paint;
}

const PAINTS: Record<Paint, string> = { plain: '0', red: '31', yellow: '33', grey: '2', bold: '1' };
const HEADINGS = ['DOOR', 'STATE', 'ONLINE', 'SINCE', 'LIST', 'ALARMS', 'LAST ATTEMPT'];
/** The widest of each; the last takes what is left. */
const WIDEST = [28, 10, 8, 6, 8, 36, 60];

/** The site as lines, one a door, in the order given. */
export function doorsTable(doors: readonly SiteDoor[], view: TableView): string[] {
  const room = Math.max(1, view.rows - 1);
  const shown = doors.length > room ? doors.slice(0, room - 1) : doors;
  const cells = [HEADINGS.map((text): Cell => ({ text, paint: 'bold' })), ...shown.map((door) => rowOf(door, view.nowMs))];
  const widths = HEADINGS.map((_, i) => Math.min(WIDEST[i] ?? 0, Math.max(...cells.map((row) => [...(row[i]?.text ?? '')].length))));
  const lines = cells.map((row) => line(row, widths, view));
  return doors.length > shown.length ? [...lines, `… and ${doors.length - shown.length} more; a taller window, or --once, shows them.`.slice(0, view.columns)] : lines;
}

function rowOf({ doorUuid, isOnline, state, attempt }: SiteDoor, nowMs: number): Cell[] {
  const alarms = state?.alarms ?? [];
  const worst = alarms.some(({ severity }) => severity === 'critical') ? 'red' : alarms.length > 0 ? 'yellow' : 'plain';
  const listPart = state?.parts['list'];
  return [
    { text: printable(state?.name ?? doorUuid) },
    { text: printable(state?.state ?? '–'), paint: state?.state === 'forced' || state?.state === 'fault' ? 'red' : 'plain' },
    { text: isOnline === undefined ? '–' : isOnline ? 'online' : 'offline', paint: isOnline === false ? 'red' : 'plain' },
    // What an offline door last said is that old.
    { text: state ? age(nowMs - (isOnline === false ? state.atMs : state.startedAtMs)) : '–', paint: 'grey' },
    { text: state?.list ? age(nowMs - state.list.issuedAtMs) : '–', paint: listPart && listPart.state !== 'ok' ? 'yellow' : 'plain' },
    { text: alarms.map(({ name }) => printable(name)).join(' ') || '–', paint: worst },
    { text: attempt ? printable(`${age(nowMs - attempt.atMs)} ago ${attempt.event_type}: ${attempt.text}`) : '–' },
  ];
}

/** `5s`, `12m`, `3h`, `9d`. */
export function age(ms: number): string {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 100) return `${s}s`;
  if (s < 6_000) return `${Math.round(s / 60)}m`;
  if (s < 360_000) return `${Math.round(s / 3_600)}h`;
  return `${Math.round(s / 86_400)}d`;
}

/** Cut to the line's width before it is painted, so that no paint is cut. */
function line(row: Cell[], widths: number[], { columns, colour }: TableView): string {
  let left = columns;
  const parts: string[] = [];
  for (const [i, { text, paint = 'plain' }] of row.entries()) {
    const gap = i === 0 ? '' : '  ';
    if (left <= gap.length) break;
    const piece = fitted(text, Math.min(widths[i] ?? 0, left - gap.length), i === row.length - 1);
    left -= gap.length + [...piece].length;
    parts.push(`${gap}${colour && paint !== 'plain' ? `\u001b[${PAINTS[paint]}m${piece}\u001b[0m` : piece}`);
  }
  return parts.join('').trimEnd();
}

function fitted(text: string, width: number, isLast: boolean): string {
  const chars = [...text];
  if (width <= 0) return '';
  if (chars.length > width) return `${chars.slice(0, width - 1).join('')}…`;
  return isLast ? text : text + ' '.repeat(width - chars.length);
}
