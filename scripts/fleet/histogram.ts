const WIDTH = 50;

/** Values in classes of `step`, a bar each: `  2–3 s  ████  41`. */
export function histogram(values: readonly number[], step: number, unit: string): string {
  if (values.length === 0) return '  none\n';
  const counts = new Array<number>(Math.floor(Math.max(...values) / step) + 1).fill(0);
  for (const value of values) counts[Math.floor(Math.max(0, value) / step)]! += 1;
  const most = Math.max(...counts);
  return counts.map((count, i) => {
    const from = `${i * step}–${(i + 1) * step} ${unit}`.padStart(9 + unit.length);
    return `${from}  ${'█'.repeat(Math.ceil((count / most) * WIDTH)).padEnd(WIDTH)}  ${count}\n`;
  }).join('');
}

/** The greatest share of all that falls into one class. */
export function peakShare(values: readonly number[], step: number): number {
  const counts = new Map<number, number>();
  for (const value of values) counts.set(Math.floor(value / step), (counts.get(Math.floor(value / step)) ?? 0) + 1);
  return values.length === 0 ? 0 : Math.max(...counts.values()) / values.length;
}
