import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { faultsText } from './faults-text.ts';

const LONGEST_TARGET = 2_048;

/** Where a request goes: the path as it was sent, and what follows its `?`. */
export interface RequestTarget {
  path: string;
  query: URLSearchParams;
}

/** Splits the target of a request line; of one with scheme and host (RFC 9112 §3.2.2) the rest counts. Throws ApiError(414 'path-too-long'). */
export function targetOf(url: string): RequestTarget {
  if (url.length > LONGEST_TARGET) throw new ApiError(414, 'path-too-long', `The path and query have more than ${LONGEST_TARGET} characters. Fields belong into the JSON body.`);
  const target = url.replace(/^https?:\/\/[^/?#]*/i, '');
  const at = target.indexOf('?');
  return at < 0 ? { path: target, query: new URLSearchParams() } : { path: target.slice(0, at), query: new URLSearchParams(target.slice(at + 1)) };
}

/** The query by its schema; without one there must be none. Throws ApiError(400 'query-bad'). */
export function readQuery(query: URLSearchParams, schema: z.ZodType | undefined): unknown {
  if (!schema) {
    if (query.size > 0) throw new ApiError(400, 'query-bad', 'This call takes nothing after a "?". Leave it out; fields belong into the JSON body.');
    return undefined;
  }
  const shape = schema instanceof z.ZodObject ? schema.shape : {};
  const values = [...new Set(query.keys())].map((name) => [name, valueOf(query, name, shape)]);
  const parsed = schema.safeParse(Object.fromEntries(values));
  if (!parsed.success) throw new ApiError(400, 'query-bad', `The query is not right: ${faultsText(parsed.error)}.`);
  return parsed.data;
}

/** A name that is there more than once is read as a list where the schema wants one. */
function valueOf(query: URLSearchParams, name: string, shape: z.ZodRawShape): string | string[] {
  const said = JSON.stringify(name.slice(0, 64));
  if (!Object.hasOwn(shape, name)) throw new ApiError(400, 'query-bad', `The call does not know ${said} in a query. It takes: ${Object.keys(shape).join(', ')}.`);
  const values = query.getAll(name);
  if (isList(shape[name])) return values;
  if (values.length > 1) throw new ApiError(400, 'query-bad', `The query has ${said} twice. Send it once.`);
  return values[0] as string;
}

function isList(schema: unknown): boolean {
  if (schema instanceof z.ZodOptional || schema instanceof z.ZodDefault) return isList(schema.unwrap());
  return schema instanceof z.ZodArray;
}
