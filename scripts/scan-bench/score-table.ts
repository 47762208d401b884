import type { Score } from './score.ts';

export interface Named {
  name: string;
  about: string;
  score: Score;
}

const HEADS = ['decoder', 'read', 'other text', 'false', 'median', 'p95', 'mean', '× native', '× plain', 'median if plain reads'] as const;

/** A table for a terminal. `native` and `plain` are the ones that the others' mean time is divided by. */
export function scoreTable(named: readonly Named[], native: Score | undefined, plain: Score | undefined): string {
  const rows = [HEADS, ...named.map((each) => cells(each, native, plain))];
  const widths = HEADS.map((_, column) => Math.max(...rows.map((row) => (row[column] as string).length)));
  return rows.map((row) => row.map((cell, i) => (i === 0 ? cell.padEnd(widths[i] as number) : cell.padStart(widths[i] as number))).join('  ') + '\n').join('');
}

function cells({ name, about, score }: Named, native: Score | undefined, plain: Score | undefined): string[] {
  const ratio = (to: Score | undefined): string => (to && to.meanMs > 0 ? (score.meanMs / to.meanMs).toFixed(2) : '–');
  return [
    `${name} (${about})${score.crashed > 0 ? `, crashed ${score.crashed} times` : ''}`,
    `${score.read} of ${score.codes} (${((100 * score.read) / Math.max(1, score.codes)).toFixed(1)} %)`,
    String(score.otherText), score.without > 0 ? `${score.falsePositives} of ${score.without}` : '–',
    ms(score.medianMs), ms(score.p95Ms), ms(score.meanMs), ratio(native), ratio(plain), ms(score.medianOfPlainMs),
  ];
}

function ms(value: number): string {
  return `${value >= 100 ? value.toFixed(0) : value.toFixed(2)} ms`;
}
