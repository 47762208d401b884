import { ApiError } from './api-error.ts';
import type { Endpoint } from './endpoint.ts';

/** An endpoint and what its path's `{names}` stand for in a request. */
export interface Route {
  endpoint: Endpoint;
  params: Record<string, string>;
}

interface Pattern {
  endpoint: Endpoint;
  regex: RegExp;
}

/** Finds the endpoint that a method and path are for. */
export class Router {
  readonly #patterns: Pattern[];
  readonly #paths: string;

  constructor(endpoints: readonly Endpoint[]) {
    this.#patterns = endpoints.map((endpoint) => ({ endpoint, regex: patternOf(endpoint.path) }));
    this.#paths = endpoints.map((endpoint) => endpoint.path).join(', ');
  }

  /** Throws ApiError(404 'no-such-call', 405 'wrong-method'). */
  routeOf(method: string, path: string): Route {
    const fits = this.#patterns.flatMap(({ endpoint, regex }) => {
      const match = regex.exec(path);
      return match ? [{ endpoint, params: decoded(match.groups ?? {}) }] : [];
    });
    const route = fits.find(({ endpoint }) => methodsOf(endpoint).includes(method));
    if (route) return route;
    const methods = [...new Set(fits.flatMap(({ endpoint }) => methodsOf(endpoint)))];
    if (methods.length > 0) throw new ApiError(405, 'wrong-method', `This call takes ${methods.join(' or ')}.`);
    throw new ApiError(404, 'no-such-call', `There is no such call. The calls are: ${this.#paths}.`);
  }
}

export function methodsOf(endpoint: Endpoint): readonly string[] {
  switch (endpoint.kind) {
    case 'call': return endpoint.methods;
    case 'file': return ['GET', 'HEAD'];
    case 'upload': return ['PUT'];
  }
}

/** A name stands for one part of the path, never for a slash. */
function patternOf(path: string): RegExp {
  const escaped = path.replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&');
  return new RegExp(`^${escaped.replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)')}$`);
}

function decoded(groups: Record<string, string>): Record<string, string> {
  try {
    return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]));
  } catch {
    throw new ApiError(400, 'path-bad', 'A % in the path is not followed by the two hex digits of a UTF-8 byte.');
  }
}
