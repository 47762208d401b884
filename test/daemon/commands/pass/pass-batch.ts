import { parse } from 'csv-parse/sync';
import { readFileSync, writeFileSync } from 'node:fs';
import type { PassOffice } from './pass-office.ts';

export type Row = Record<'name' | 'email' | 'qr_code file' | 'expires_at' | 'access_token_uuid' | 'error', string>;

/** A batch of its own: its list, where its results go, and how it is run. */
export interface PassBatch {
  args: (...more: string[]) => string[];
  rows: () => Row[];
  list: string;
  results: string;
  /** Folder of the codes' pictures. */
  codes: string;
}

let batches = 0;

export function passBatch(office: PassOffice, csv: string | Uint8Array): PassBatch {
  const name = `batch${++batches}`;
  const [list, results] = [office.file(`${name}.csv`), office.file(`${name}-results.csv`)];
  writeFileSync(list, csv);
  return {
    list, results, codes: office.file(`${name}-results-codes`),
    args: (...more) => ['bulk', list, ...office.place, '--for', '8h', '--door', 'Front door', ...more],
    rows: () => parse(readFileSync(results), { columns: true }) as unknown as Row[],
  };
}

export const people = (count: number): string => `name,email\r\n${Array.from({ length: count }, (_, i) => `Guest ${i},guest${i}@example.org\r\n`).join('')}`;

/** Ids of the valid codes that were issued since `before`. */
export async function newCodes(office: PassOffice, before: Map<string, string>): Promise<string[]> {
  return [...await office.codes()].filter(([id, status]) => !before.has(id) && status === 'active').map(([id]) => id);
}
