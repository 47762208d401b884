import type { z } from 'zod';
import type { Caller, Role } from '../keys/api-keys.ts';
import type { Actor } from '../audit.ts';
import type { BackendParts } from '../backend-parts.ts';
import type { FileAnswer } from './file-answer.ts';
import type { PiecesAnswer } from './pieces-answer.ts';

/** Who asks and what there is to answer with. */
export interface RequestContext {
  backend: BackendParts;
  /** Absent for what anyone may ask. */
  caller: Caller | undefined;
  /** The values of the path's `{names}`, decoded. */
  params: Readonly<Record<string, string>>;
  /** As it was sent; by its schema it is the last argument of an endpoint that declares one. */
  query: URLSearchParams;
  /** Aborted when the asker's connection ends before the answer. */
  hungUp: AbortSignal;
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

/** A request as it may be sent, for the API document; a test sends each and holds the answer to the schema. */
export interface Example {
  /** In a few words: what is asked for. */
  title: string;
  params?: Readonly<Record<string, string>>;
  query?: Readonly<Record<string, string | readonly string[]>>;
  /** The JSON of a call, the text of an upload. */
  body?: unknown;
  /** An answer as it may come. */
  answer?: unknown;
  /** The refusal it gets, where the site that the examples speak of has nothing to answer with. */
  status?: number;
}

/** The groups of the API document. */
export type Room = 'Codes' | 'Doors' | 'Lists and keys' | 'Events' | 'Passes' | 'Service';

interface EndpointBase<Query extends z.ZodType> {
  /** With `{names}` for what varies, as OpenAPI writes it. */
  path: string;
  /** Unique among all, for programs made from the API document; absent: the last part of the path that is no `{name}`. */
  name?: string;
  room?: Room;
  /** One sentence for the API document. */
  summary: string;
  /** What a caller should know beside it; paragraphs. */
  description?: string;
  allows: readonly Role[] | 'anyone';
  /** An object of what may follow the `?`, read from strings; absent: nothing may. Unknown names are refused; a name may be repeated where the field is an array. */
  query?: Query;
  refusals?: readonly Refusal[];
  examples?: readonly Example[];
}

/** JSON in, JSON out. */
export interface Call<Body extends z.ZodType = z.ZodType, Result extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType> extends EndpointBase<Query> {
  kind: 'call';
  /** `GET` is for calls without a body; HEAD comes with it. */
  methods: readonly ('GET' | 'POST')[];
  /**
   * A field that is null counts as left out. What the schema does not know: a strict object refuses it, for it may have been
   * meant to restrict; a plain one, for calls that only ask, passes it over and the answer says so in `warningMsg`.
   */
  body: Body;
  /** Of the body, for a call that takes more than others. */
  maxBytes?: number;
  result: Result;
  answer(body: z.output<Body>, context: RequestContext, query: z.output<Query>): Promise<z.input<Result>>;
}

/** Bytes out, by GET and HEAD: a list, a page, a picture. */
export interface FileEndpoint<Query extends z.ZodType = z.ZodType> extends EndpointBase<Query> {
  kind: 'file';
  contentType: string;
  /** Whether a part of it may be asked for (RFC 9110 §14): for what is answered as a stream. */
  ranges?: true;
  file(context: RequestContext, query: z.output<Query>): Promise<FileAnswer | PiecesAnswer>;
}

/** Bytes in by PUT, JSON out. */
export interface Upload<Result extends z.ZodType = z.ZodType, Query extends z.ZodType = z.ZodType> extends EndpointBase<Query> {
  kind: 'upload';
  contentType: string;
  maxBytes: number;
  result: Result;
  store(bytes: Uint8Array, context: RequestContext, query: z.output<Query>): Promise<z.input<Result>>;
}

export type Endpoint = Call | FileEndpoint | Upload;

/** Types a call by its own schemas and lets the table hold it beside the others. */
export function call<Body extends z.ZodType, Result extends z.ZodType, Query extends z.ZodType>(definition: Omit<Call<Body, Result, Query>, 'kind'>): Call {
  return { kind: 'call', ...definition } as unknown as Call;
}

export function fileEndpoint<Query extends z.ZodType>(definition: Omit<FileEndpoint<Query>, 'kind'>): FileEndpoint {
  return { kind: 'file', ...definition } as unknown as FileEndpoint;
}

export function upload<Result extends z.ZodType, Query extends z.ZodType>(definition: Omit<Upload<Result, Query>, 'kind'>): Upload {
  return { kind: 'upload', ...definition } as unknown as Upload;
}

/** The methods an endpoint answers to. HEAD goes with GET (RFC 9110 §9.1). */
export function methodsOf(endpoint: Endpoint): readonly string[] {
  switch (endpoint.kind) {
    case 'call': return endpoint.methods.flatMap((method) => method === 'GET' ? ['GET', 'HEAD'] : [method]);
    case 'file': return ['GET', 'HEAD'];
    case 'upload': return ['PUT'];
  }
}

/** Who stands in the audit log for what a request does. */
export function actorOf({ caller }: RequestContext, principal?: string): Actor {
  return { principal, apiKey: caller?.name };
}
