import type { BenchRow } from '../bench-rows.ts';

/** The value below which a part (0 to 1) of the sorted values lies. */
function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(part * sorted.length))] ?? Number.NaN;
}

/** Median and the slowest of a measured time, the goal on the slowest. */
export function distribution(name: string, values: readonly number[], unit: string, goal?: number): BenchRow[] {
  const sorted = values.toSorted((a, b) => a - b);
  const row = (what: string, value: number): BenchRow => ({ name: `${name}, ${what}`, value, unit });
  return [
    row('median', quantile(sorted, 0.5)),
    row('90th percentile', quantile(sorted, 0.9)),
    { ...row(`slowest of ${values.length}`, sorted.at(-1) ?? Number.NaN), ...(goal !== undefined && { goal }) },
  ];
}
