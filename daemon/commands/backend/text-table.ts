/** Lines of columns, as wide as what is in them; the first row is the heading. */
export function textTable(rows: string[][]): string {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  return rows.map((row) => `${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join('  ').trimEnd()}\n`).join('');
}

/** `2026-03-02 09:00:01Z`; empty for null. */
export function momentText(wallMs: number | null): string {
  return wallMs === null ? '' : new Date(wallMs).toISOString().replace('T', ' ').replace(/\.\d+Z$/, 'Z');
}
