/** One measured number. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** What it is to stay under. */
  goal?: number;
}

/** The rows as a table for a terminal, goals that were not met marked. */
export function benchTable(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map((row) => row.name.length));
  return rows.map((row) => {
    const value = `${formatted(row.value)} ${row.unit}`.padStart(16);
    const goal = row.goal === undefined ? '' : `   goal < ${row.goal} ${row.unit}${row.value < row.goal ? '' : '   NOT MET'}`;
    return `${row.name.padEnd(width)}${value}${goal}\n`;
  }).join('');
}

function formatted(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
