import type { IncomingMessage } from 'node:http';
import { z } from 'zod';
import { ApiError } from './api-error.ts';
import { faultsText } from './faults-text.ts';
import { strictJson } from './strict-json.ts';

/** Far more than any call needs. */
const MAX_BODY_BYTES = 65_536;

export interface ReadBody<Body extends z.ZodType> {
  body: z.output<Body>;
  /** Names that were sent but mean nothing to the call. */
  ignored: string[];
}

/** The body of a request by its schema; no body counts as `{}`. Throws ApiError. */
export async function readBody<Body extends z.ZodType>(request: IncomingMessage, schema: Body, maxBytes = MAX_BODY_BYTES): Promise<ReadBody<Body>> {
  checkIsJson(request.headers['content-type']);
  const bytes = await readBytes(request, maxBytes);
  const json = bytes.length === 0 ? {} : withoutNulls(strictJson(bytes));
  const parsed = schema.safeParse(json);
  if (!parsed.success) throw new ApiError(400, 'request-bad', `The request is not right: ${faultsText(parsed.error)}. Nothing was changed.`);
  return { body: parsed.data, ignored: ignoredOf(json, schema) };
}

/** The body of a request as it is. Throws ApiError(413 'too-large', 415 'content-encoding-bad', 400 'cut-off'). */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  checkIsPlain(request.headers['content-encoding']);
  // Said beforehand, it need not be sent.
  if (Number(request.headers['content-length'] ?? 0) > maxBytes) throw tooLarge(maxBytes);
  try {
    return await collected(request, maxBytes);
  } catch (thrown) {
    if (thrown instanceof ApiError) throw thrown;
    // A sender that goes away is no failure of the server.
    throw new ApiError(400, 'cut-off', 'The connection ended in the middle of the body. Send the request again.');
  }
}

async function collected(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving a plain `for await` early would destroy the socket, and with it the answer that says why.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw tooLarge(maxBytes);
    chunks.push(chunk);
  }
  return chunks.length === 1 ? chunks[0] as Buffer : Buffer.concat(chunks);
}

function tooLarge(maxBytes: number): ApiError {
  return new ApiError(413, 'too-large', `The body has more than ${maxBytes} bytes, which is the most this call takes.`);
}

/** Without a content type the body is taken for JSON: that is all a call takes. */
function checkIsJson(contentType: string | undefined): void {
  if (contentType === undefined) return;
  const [type = '', ...parameters] = contentType.toLowerCase().split(';').map((part) => part.trim());
  if (type !== 'application/json') throw new ApiError(415, 'content-type-bad', 'Send the body as JSON, with content-type: application/json.');
  const charset = parameters.find((parameter) => /^charset\s*=/.test(parameter));
  if (charset !== undefined && !/^charset\s*=\s*"?utf-?8"?$/.test(charset)) throw new ApiError(415, 'content-type-bad', 'Send the JSON in UTF-8, with content-type: application/json and no other charset.');
}

function checkIsPlain(encoding: string | undefined): void {
  if (encoding === undefined || encoding.toLowerCase() === 'identity') return;
  throw new ApiError(415, 'content-encoding-bad', 'Send the body as it is, without content-encoding.', { headers: { 'accept-encoding': 'identity' } });
}

/** A client written for the published calls may send null for what it leaves out. */
function withoutNulls(json: unknown): unknown {
  if (json === null || typeof json !== 'object' || Array.isArray(json)) return json;
  const fields = Object.entries(json);
  return fields.some(([, value]) => value === null) ? Object.fromEntries(fields.filter(([, value]) => value !== null)) : json;
}

function ignoredOf(json: unknown, schema: z.ZodType): string[] {
  if (!passesOver(schema)) return [];
  return Object.keys(json as object).filter((name) => !Object.hasOwn(schema.shape, name));
}

/** An object that is neither strict nor loose. */
export function passesOver(schema: z.ZodType): schema is z.ZodObject {
  return schema instanceof z.ZodObject && schema.def.catchall === undefined;
}
