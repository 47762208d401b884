import type { z } from 'zod';
import type { Caller, Role } from '../keys/api-keys.ts';
import type { Actor } from '../audit.ts';
import type { BackendParts } from '../backend-parts.ts';
import type { FileAnswer } from './file-answer.ts';

/** Who asks and what there is to answer with. */
export interface RequestContext {
  backend: BackendParts;
  /** Absent for what anyone may ask. */
  caller: Caller | undefined;
  /** The values of the path's `{names}`, decoded. */
  params: Readonly<Record<string, string>>;
  query: URLSearchParams;
  /** Network address of whoever asks, as far as it is known. */
  address: string;
}

/** What a call may be refused with, beside what every call may be: for the API document. */
export interface Refusal {
  status: number;
  code: string;
  /** A sentence: when this happens. */
  when: string;
}

interface EndpointBase {
  /** With `{names}` for what varies, as OpenAPI writes it. */
  path: string;
  /** One sentence for the API document. */
  summary: string;
  allows: readonly Role[] | 'anyone';
  refusals?: readonly Refusal[];
}

/** JSON in, JSON out. */
export interface Call<Body extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType> extends EndpointBase {
  kind: 'call';
  /** `GET` is for calls without a body. */
  methods: readonly ('GET' | 'POST')[];
  /** A field of ours is refused when it is wrong; strict objects refuse what they do not know, for it may have been meant to restrict. */
  body: Body;
  result: Result;
  answer(body: z.output<Body>, context: RequestContext): Promise<z.input<Result>>;
}

/** Bytes out, by GET and HEAD: a list, a page, a picture. */
export interface FileEndpoint extends EndpointBase {
  kind: 'file';
  contentType: string;
  file(context: RequestContext): Promise<FileAnswer>;
}

/** Bytes in by PUT, JSON out. */
export interface Upload<Result extends z.ZodType = z.ZodType> extends EndpointBase {
  kind: 'upload';
  contentType: string;
  maxBytes: number;
  result: Result;
  store(bytes: Uint8Array, context: RequestContext): Promise<z.input<Result>>;
}

export type Endpoint = Call | FileEndpoint | Upload;

/** Types a call by its own schemas and lets the table hold it beside the others. */
export function call<Body extends z.ZodType, Result extends z.ZodType>(definition: Omit<Call<Body, Result>, 'kind'>): Call {
  return { kind: 'call', ...definition } as unknown as Call;
}

export function fileEndpoint(definition: Omit<FileEndpoint, 'kind'>): FileEndpoint {
  return { kind: 'file', ...definition };
}

export function upload<Result extends z.ZodType>(definition: Omit<Upload<Result>, 'kind'>): Upload {
  return { kind: 'upload', ...definition } as unknown as Upload;
}

/** Who stands in the audit log for what a request does. */
export function actorOf({ caller }: RequestContext, principal?: string): Actor {
  return { principal, apiKey: caller?.name };
}
