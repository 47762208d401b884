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
  const names = [...query.keys()];
  const twice = names.find((name, index) => names.indexOf(name) < index);
  if (twice !== undefined) throw new ApiError(400, 'query-bad', `The query has ${JSON.stringify(twice.slice(0, 64))} twice. Send it once.`);
  const unknown = names.find((name) => schema instanceof z.ZodObject && !Object.hasOwn(schema.shape, name));
  if (unknown !== undefined) throw new ApiError(400, 'query-bad', `The query may not have ${JSON.stringify(unknown.slice(0, 64))}. The call takes: ${Object.keys((schema as z.ZodObject).shape).join(', ')}.`);
  const parsed = schema.safeParse(Object.fromEntries(query));
  if (!parsed.success) throw new ApiError(400, 'query-bad', `The query is not right: ${faultsText(parsed.error)}.`);
  return parsed.data;
}
