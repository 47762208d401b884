import type { Row } from './comparison.ts';
import type { Read } from './decoder.ts';

/** How one decoder did on one lot of pictures. Times are CPU milliseconds a picture. */
export interface Score {
  /** Pictures that show a code, or may. */
  codes: number;
  /** Of those: some text was read. */
  read: number;
  /** Of those with a known text: it was not among what was read. */
  otherText: number;
  /** Pictures that are known to show no code. */
  without: number;
  /** Of those: something was read. */
  falsePositives: number;
  crashed: number;
  medianMs: number;
  p95Ms: number;
  meanMs: number;
  /** Of the pictures that the plain pass reads. */
  medianOfPlainMs: number;
}

/** Scores of all decoders; `plain` is the index of the one whose pictures `medianOfPlainMs` is of. */
export function scoresOf(rows: readonly Row[], decoders: number, plain: number): Score[] {
  return Array.from({ length: decoders }, (_, i) => scoreOf(rows, i, plain));
}

function scoreOf(rows: readonly Row[], index: number, plain: number): Score {
  const readBy = (row: Row, i: number): Read => row.reads[i] as Read;
  const got = (row: Row): boolean => isHit(readBy(row, index));
  const withCode = rows.filter(({ item }) => item.qr !== false);
  const without = rows.filter(({ item }) => item.qr === false);
  const ms = rows.map((row) => readBy(row, index)).filter(({ crashed }) => !crashed).map(({ cpuMs }) => cpuMs);
  const plainMs = rows.filter((row) => isHit(readBy(row, plain))).map((row) => readBy(row, index).cpuMs);
  return {
    codes: withCode.length,
    read: withCode.filter(got).length,
    otherText: withCode.filter((row) => readBy(row, index).texts.length > 0 && row.item.text !== undefined && !readBy(row, index).texts.includes(row.item.text)).length,
    without: without.length,
    falsePositives: without.filter(got).length,
    crashed: rows.filter((row) => readBy(row, index).crashed).length,
    medianMs: quantile(ms, 0.5),
    p95Ms: quantile(ms, 0.95),
    meanMs: ms.reduce((sum, each) => sum + each, 0) / Math.max(1, ms.length),
    medianOfPlainMs: quantile(plainMs, 0.5),
  };
}

function isHit({ texts, found = 0 }: Read): boolean {
  return texts.length > 0 || found > 0;
}

/** The value below which a share of the values is; 0 of none. */
export function quantile(values: readonly number[], share: number): number {
  const sorted = values.toSorted((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(sorted.length * share) - 1)] ?? 0;
}
