import type { EventQuery } from './event-finder.ts';

/** Where an event stands in the order of their own times; those of one millisecond in the order of their arrival. */
export interface Place {
  atMs: number;
  row: number;
}
export type Slice = Place;

interface SliceQuery {
  sql: string;
  values: unknown[];
}

/** More combinations than this are not asked one by one: then so many fit that walking along finds them soon. */
const MAX_SLICES = 64;

/**
 * The queries whose answers, merged, are the page: each asks for one token, or one door and type, and so reads just its
 * part of one index, in order. One query with `IN (…) … ORDER BY` would sort all that fit, however few are wanted.
 */
export function sliceQueries(query: EventQuery): SliceQuery[] {
  const { doors, types, tokens } = query;
  if (tokens) return tokens.map((token) => sliceQuery(query, [['token = ?', token], ...among('door', doors), ...among('type', types)]));
  const slices = (doors?.length ?? 1) * (types?.length ?? 1);
  if (slices > MAX_SLICES) return [sliceQuery(query, [...among('+door', doors), ...among('+type', types)])];
  const ofDoors: Condition[][] = doors ? doors.map((door) => [['door = ?', door]]) : [[]];
  const ofTypes: Condition[][] = types ? types.map((type) => [['type = ?', type]]) : [[]];
  return ofDoors.flatMap((door) => ofTypes.map((type) => sliceQuery(query, [...door, ...type])));
}

/** The first `limit` of all. */
export function mergeSlices(slices: Slice[][], { newestFirst, limit }: Pick<EventQuery, 'newestFirst' | 'limit'>): Slice[] {
  const sign = newestFirst ? -1 : 1;
  return slices.flat().sort((a, b) => sign * (a.atMs - b.atMs || a.row - b.row)).slice(0, limit);
}

type Condition = [sql: string, value: unknown];

function among(column: string, values: readonly (string | Uint8Array)[] | undefined): Condition[] {
  if (!values) return [];
  const texts = values.map((value) => (typeof value === 'string' ? value : Buffer.from(value).toString('hex').toUpperCase()));
  const compared = column.endsWith('door') ? `hex(${column})` : column;
  return [[`${compared} IN (SELECT value FROM json_each(?))`, JSON.stringify(texts)]];
}

function sliceQuery({ hasToken, fromMs, beforeMs, after, newestFirst, limit }: EventQuery, own: Condition[]): SliceQuery {
  const [order, beyond] = newestFirst ? ['DESC', '<'] : ['ASC', '>'];
  const conditions: Condition[] = [
    ...own,
    ...(fromMs === undefined ? [] : [['at_ms >= ?', fromMs] as Condition]),
    ...(beforeMs === undefined ? [] : [['at_ms < ?', beforeMs] as Condition]),
  ];
  const values = conditions.map(([, value]) => value);
  const where = conditions.map(([sql]) => sql);
  // The sign keeps SQLite from taking the index of tokens, which has them in another order.
  if (hasToken) where.push('+token IS NOT NULL');
  if (after) {
    where.push(`(at_ms, row) ${beyond} (?, ?)`);
    values.push(after.atMs, after.row);
  }
  const sql = `SELECT at_ms AS atMs, row FROM events ${where.length > 0 ? `WHERE ${where.join(' AND ')}` : ''} ORDER BY at_ms ${order}, row ${order} LIMIT ${limit}`;
  return { sql, values };
}
