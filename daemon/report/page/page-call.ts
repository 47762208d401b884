import type { IncomingMessage, ServerResponse } from 'node:http';
import type { z } from 'zod';
import type { Allows, Caller } from './caller.ts';

export interface CallContext {
  caller: Caller;
  query: URLSearchParams;
  /** What the names in the path's pattern stand for. */
  params: Record<string, string>;
  request: IncomingMessage;
  response: ServerResponse;
}

interface Call {
  path: RegExp;
  allows: Allows;
}

/** Answers with JSON. */
export interface ReadCall extends Call {
  kind: 'read';
  read(context: CallContext): unknown;
}

/** Takes JSON by its schema and answers with JSON. */
export interface ChangeCall extends Call {
  kind: 'change';
  body: z.ZodType;
  change(body: unknown, context: CallContext): unknown;
}

/** Answers itself. */
export interface StreamCall extends Call {
  kind: 'stream';
  stream(context: CallContext): Promise<void> | void;
}

export type PageCall = ReadCall | ChangeCall | StreamCall;

/** Keeps a call's body and its schema together. */
export function change<Body extends z.ZodType>(call: { path: RegExp; allows: Allows; body: Body; change: (body: z.output<Body>, context: CallContext) => unknown }): ChangeCall {
  return { kind: 'change', ...call };
}
