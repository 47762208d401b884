import type { IncomingMessage } from 'node:http';
import type { z } from 'zod';
import { ApiError } from './api-error.ts';

/** Far more than any call needs. */
const MAX_BODY_BYTES = 65_536;

/** The body of a request by its schema; no body counts as `{}`. Throws ApiError. */
export async function readBody<Body extends z.ZodType>(request: IncomingMessage, schema: Body, maxBytes = MAX_BODY_BYTES): Promise<z.output<Body>> {
  const type = request.headers['content-type'];
  if (type !== undefined && !/^application\/json\b/i.test(type)) throw new ApiError(415, 'not-json', 'Send the body as JSON, with content-type: application/json.');
  const parsed = schema.safeParse(parseJson(await readBytes(request, maxBytes)));
  if (!parsed.success) throw new ApiError(400, 'request-bad', `The request is not right: ${parsed.error.issues.slice(0, 10).map(faultText).join('; ')}. Nothing was changed.`);
  return parsed.data;
}

/** The body of a request as it is. Throws ApiError(413 'too-large'). */
export async function readBytes(request: IncomingMessage, maxBytes: number): Promise<Buffer> {
  const chunks: Buffer[] = [];
  let length = 0;
  // Leaving a plain `for await` early would destroy the socket, and with it the answer that says why.
  for await (const chunk of request.iterator({ destroyOnReturn: false }) as AsyncIterable<Buffer>) {
    length += chunk.length;
    if (length > maxBytes) throw new ApiError(413, 'too-large', `The body has more than ${maxBytes} bytes.`);
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}

function parseJson(bytes: Buffer): unknown {
  if (bytes.length === 0) return {};
  try {
    return JSON.parse(new TextDecoder('utf-8', { fatal: true }).decode(bytes));
  } catch {
    throw new ApiError(400, 'not-json', 'The body is not JSON in UTF-8.');
  }
}

function faultText(issue: z.core.$ZodIssue): string {
  const field = issue.path.join('.').slice(0, 64);
  const what = issue.message.slice(0, 200);
  return field === '' ? what : `${field}: ${what}`;
}
