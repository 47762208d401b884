import { quantile } from '../scan-bench/score.ts';
import { WELL_SHOWN } from './frame-truth.ts';
import { waitMs } from './outcome.ts';
import type { Outcome } from './outcome.ts';

/** Shares that are to be read, of codes that are shown well. */
export const GOALS = { read: 0.99, soon: 0.95, soonFrames: 3 } as const;
const BAR = 40;

export interface Summary {
  sessions: number;
  read: number;
  /** Within GOALS.soonFrames frames. */
  soon: number;
  /** How many were read in the 1st, 2nd … frame; the last two numbers are later ones and those that were not. */
  byFrame: number[];
  medianMs: number;
  p90Ms: number;
  p95Ms: number;
  p99Ms: number;
  byExtraLook: number;
  wrong: number;
  missed: { seed: string; modulePx: number }[];
}

/** What not being read counts as in quantiles: longer than anything. */
const NEVER = Infinity;

export function summaryOf(outcomes: readonly Outcome[]): Summary {
  const waits = outcomes.map(({ frames }) => (frames === undefined ? NEVER : waitMs(frames)));
  const later = WELL_SHOWN.frames + 1;
  const rowOf = ({ frames }: Outcome): number => (frames === undefined ? later + 1 : Math.min(frames, later));
  const byFrame = Array.from({ length: later + 1 }, (_, i) => outcomes.filter((outcome) => rowOf(outcome) === i + 1).length);
  return {
    sessions: outcomes.length,
    read: outcomes.filter(({ frames }) => frames !== undefined).length,
    soon: outcomes.filter(({ frames }) => frames !== undefined && frames <= GOALS.soonFrames).length,
    byFrame,
    medianMs: quantile(waits, 0.5), p90Ms: quantile(waits, 0.9), p95Ms: quantile(waits, 0.95), p99Ms: quantile(waits, 0.99),
    byExtraLook: outcomes.filter(({ frames, look }) => frames !== undefined && look !== undefined).length,
    wrong: outcomes.reduce((sum, { wrong }) => sum + wrong, 0),
    missed: outcomes.filter(({ frames }) => frames === undefined).map(({ seed, modulePx }) => ({ seed, modulePx })),
  };
}

/** The distribution as text. */
export function summaryText(title: string, summary: Summary, hasGoals: boolean): string {
  const { sessions, read, soon, byFrame, medianMs, p90Ms, p95Ms, p99Ms, byExtraLook, wrong, missed } = summary;
  if (sessions === 0) return `${title}: none\n`;
  const share = (n: number): string => `${((100 * n) / sessions).toFixed(1)} %`;
  const goal = (n: number, least: number): string => (hasGoals ? `, goal ${100 * least} %${n / sessions >= least ? '' : ' NOT MET'}` : '');
  const most = Math.max(...byFrame);
  const names = [...byFrame.slice(2).map((_, i) => `frame ${i + 1}`), 'later', 'not read'];
  const bars = byFrame.map((n, i) => `  ${(names[i] as string).padEnd(10)}${String(n).padStart(5)} ${'█'.repeat(Math.ceil((BAR * n) / most))}\n`);
  return `${title}: ${sessions} sessions\n`
    + `  read ${read} (${share(read)}${goal(read, GOALS.read)}), within ${GOALS.soonFrames} frames ${soon} (${share(soon)}${goal(soon, GOALS.soon)}), by an extra look ${byExtraLook}, other texts ${wrong}\n`
    + `  waiting time: median ${ms(medianMs)}, p90 ${ms(p90Ms)}, p95 ${ms(p95Ms)}, p99 ${ms(p99Ms)}\n${bars.join('')}`
    + (hasGoals && missed.length > 0 ? `  missed: ${missed.map(({ seed, modulePx }) => `${seed} (${modulePx.toFixed(1)} px a module)`).join(', ')}\n` : '');
}

function ms(value: number): string {
  return value === NEVER ? 'never' : `${value} ms`;
}
