/** One measured number. */
export interface BenchRow {
  name: string;
  value: number;
  unit: string;
  /** What it is to stay under. */
  goal?: number;
  /** What it is to reach. */
  atLeast?: number;
}

/** The rows as a table for a terminal, goals that were not met marked. */
export function benchTable(rows: readonly BenchRow[]): string {
  const width = Math.max(...rows.map((row) => row.name.length));
  return rows.map((row) => {
    const value = `${formatted(row.value)} ${row.unit}`.padStart(16);
    return `${row.name.padEnd(width)}${value}${goalText(row)}\n`;
  }).join('');
}

function goalText({ value, unit, goal, atLeast }: BenchRow): string {
  const goals = [
    ...(goal === undefined ? [] : [{ text: `goal < ${goal} ${unit}`, isMet: value < goal }]),
    ...(atLeast === undefined ? [] : [{ text: `goal ≥ ${atLeast} ${unit}`, isMet: value >= atLeast }]),
  ];
  return goals.map(({ text, isMet }) => `   ${text}${isMet ? '' : '   NOT MET'}`).join('');
}

function formatted(value: number): string {
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}
