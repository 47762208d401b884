import { parse } from 'csv-parse/sync';
import { readFileSync } from 'node:fs';
import { messageOf, PosternError } from '../../base/errors.ts';

/** One row of a list, its cells trimmed; `cells` has the columns that were filled in. */
export interface AttendeeRow {
  /** Of the file, counted from 1. */
  line: number;
  cells: Partial<Record<Column, string>>;
  /** What is wrong with the row as such. */
  fault?: string;
}

export interface AttendeeList {
  rows: AttendeeRow[];
  /** Columns that mean nothing here. */
  unused: string[];
}

export const COLUMNS = ['name', 'email', 'from', 'for', 'uses', 'door', 'zone', 'rotating'] as const;
export type Column = (typeof COLUMNS)[number];

/** [S9] An event's list is some kilobytes. */
const MAX_BYTES = 20_000_000;
const MAX_ROWS = 100_000;
const AS_UTF8 = 'Save it as "CSV UTF-8 (comma delimited)" and try again.';
const ALIASES: Record<string, Column> = { 'e-mail': 'email', 'mail': 'email', 'e-mail address': 'email', 'email address': 'email' };

/** Reads a list as spreadsheets write it: commas, semicolons or tabs, with or without a BOM, CRLF, quotes. Throws PosternError('list-bad') with the mend. */
export function readAttendeeList(path: string): AttendeeList {
  const bytes = bytesOf(path);
  if (bytes.includes(0) || (bytes[0] === 0xff && bytes[1] === 0xfe) || (bytes[0] === 0xfe && bytes[1] === 0xff)) throw bad(path, `is not UTF-8 but UTF-16, or no text at all. ${AS_UTF8}`);
  const [header = [], ...records] = recordsIn(path, textOf(path, bytes));
  const columns = header.map((name) => columnOf(name));
  const missing = (['name', 'email'] as const).filter((name) => !columns.includes(name));
  if (missing.length > 0) throw bad(path, `has no column ${missing.join(' and no column ')}. Its first line must name the columns: name, email, and where wanted ${COLUMNS.slice(2).join(', ')}.`);
  const twice = columns.find((name, i) => name !== undefined && columns.indexOf(name) < i);
  if (twice !== undefined) throw bad(path, `has the column ${twice} twice.`);
  if (records.length > MAX_ROWS) throw bad(path, `has ${records.length} rows; at most ${MAX_ROWS} go at once.`);
  return { rows: records.map((record) => rowOf(record, columns)), unused: header.filter((name, i) => columns[i] === undefined && name.trim() !== '') };
}

/** A record and the line it ends on. */
type Record_ = string[] & { line?: number };

function recordsIn(path: string, text: string): Record_[] {
  try {
    const parsed = parse(text, { bom: true, delimiter: delimiterOf(text), relax_quotes: true, relax_column_count: true, skip_empty_lines: true, skip_records_with_empty_values: true, info: true }) as unknown as { record: string[]; info: { lines: number } }[];
    return parsed.map(({ record, info }) => Object.assign(record, { line: info.lines }));
  } catch (thrown) {
    throw bad(path, `is not CSV: ${messageOf(thrown)}`, thrown);
  }
}

/** The one of the three that stands most often in the header line. */
function delimiterOf(text: string): string {
  const [header = ''] = text.split(/\r|\n/, 1);
  const count = (character: string): number => header.split(character).length;
  return [',', ';', '\t'].reduce((best, character) => count(character) > count(best) ? character : best);
}

function columnOf(name: string): Column | undefined {
  const plain = name.trim().toLowerCase();
  return ALIASES[plain] ?? COLUMNS.find((column) => column === plain);
}

function rowOf(record: Record_, columns: (Column | undefined)[]): AttendeeRow {
  const cells = Object.fromEntries(columns.flatMap((column, i) => {
    const cell = record[i]?.trim() ?? '';
    return column === undefined || cell === '' ? [] : [[column, cell]];
  })) as AttendeeRow['cells'];
  const row = { line: record.line ?? 0, cells };
  return record.length > columns.length && record.slice(columns.length).some((cell) => cell.trim() !== '') ? { ...row, fault: `the row has ${record.length} cells, the first line ${columns.length}; quote a cell that holds the separator` } : row;
}

function bytesOf(path: string): Buffer {
  try {
    const bytes = readFileSync(path);
    if (bytes.length > MAX_BYTES) throw bad(path, `has ${bytes.length} bytes; at most ${MAX_BYTES} are read.`);
    return bytes;
  } catch (thrown) {
    if (thrown instanceof PosternError) throw thrown;
    const { code } = thrown as NodeJS.ErrnoException;
    throw bad(path, code === 'ENOENT' ? 'does not exist.' : `cannot be read (${code ?? messageOf(thrown)}).`, thrown);
  }
}

function textOf(path: string, bytes: Buffer): string {
  try {
    return new TextDecoder('utf-8', { fatal: true, ignoreBOM: true }).decode(bytes);
  } catch (thrown) {
    throw bad(path, `is not UTF-8 text, so names would be garbled. ${AS_UTF8}`, thrown);
  }
}

function bad(path: string, what: string, cause?: unknown): PosternError {
  return new PosternError('list-bad', `The list ${path} ${what}`, { cause });
}
