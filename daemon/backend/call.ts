import { z } from 'zod';
import type { ApiKeyHolder, Role } from './api-keys.ts';
import type { Actor } from './audit.ts';
import type { BackendParts } from './backend-parts.ts';

/** Who asks, and what there is to answer with. */
export interface CallContext {
  backend: BackendParts;
  caller: ApiKeyHolder;
}

/** One call of the API: JSON in, JSON out. */
export interface Call<Body extends z.ZodType = z.ZodType> {
  path: string;
  /** `GET` is for calls without a body. */
  methods: readonly ('GET' | 'POST')[];
  role: Role;
  /** Strict: a field that is not understood may have been meant to restrict, so it refuses the request. */
  body: Body;
  answer(body: z.output<Body>, context: CallContext): Promise<object>;
}

/** Types a call by its own body schema and lets the router hold it beside the others. */
export function call<Body extends z.ZodType>(definition: Call<Body>): Call {
  return definition;
}

/** A file of the API, served as it is with its ETag. */
export interface Download {
  /** The path up to the name of the file, where it has one. */
  path: string;
  /** True when a name follows the path. */
  isNamed: boolean;
  role: Role;
  contentType: string;
  file(name: string, context: CallContext): { etag: string; bytes: () => Uint8Array };
}

/** A person or system, as an integrator names it for the audit log. */
export const auditPrincipal = z.string().min(1).max(200).regex(/^\P{Cc}*$/u, 'must not contain control characters').optional();

export function actorOf(context: CallContext, principal: string | undefined): Actor {
  return { principal, apiKey: context.caller.name };
}
