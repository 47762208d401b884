import { ApiError } from '../../base/http/api-error.ts';
import { methodsOf, type Endpoint } from './endpoint.ts';

/** An endpoint and what its path's `{names}` stand for in a request. */
export interface Route {
  endpoint: Endpoint;
  params: Record<string, string>;
}

interface Pattern {
  endpoint: Endpoint;
  regex: RegExp;
}

/** Finds the endpoint that a method and path are for. A path is taken as it is sent: nothing in it is resolved or cleaned. */
export class Router {
  /** Paths without names, which are most and are asked for most. */
  readonly #plain = new Map<string, Endpoint[]>();
  readonly #patterns: Pattern[] = [];

  constructor(endpoints: readonly Endpoint[]) {
    for (const endpoint of endpoints) {
      if (endpoint.path.includes('{')) this.#patterns.push({ endpoint, regex: patternOf(endpoint.path) });
      else this.#plain.set(endpoint.path, [...this.#plain.get(endpoint.path) ?? [], endpoint]);
    }
  }

  /** Throws ApiError(404 'no-such-call', 405 'wrong-method', 400 'path-bad'). */
  routeOf(method: string, path: string): Route {
    const fits = this.#routesTo(path);
    const route = fits.find(({ endpoint }) => methodsOf(endpoint).includes(method));
    if (route) return { endpoint: route.endpoint, params: decoded(route.params) };
    const methods = [...new Set(fits.flatMap(({ endpoint }) => methodsOf(endpoint)))];
    if (methods.length === 0) throw new ApiError(404, 'no-such-call', `There is no such call. ${this.#hint(path)}`);
    throw new ApiError(405, 'wrong-method', `This call takes ${methods.join(' or ')}.`, { headers: { allow: methods.join(', ') } });
  }

  #routesTo(path: string): Route[] {
    const plain = this.#plain.get(path);
    if (plain) return plain.map((endpoint) => ({ endpoint, params: {} }));
    return this.#patterns.flatMap(({ endpoint, regex }) => {
      const match = regex.exec(path);
      return match ? [{ endpoint, params: { ...match.groups } }] : [];
    });
  }

  #hint(path: string): string {
    const tidy = path.replaceAll(/\/{2,}/g, '/').replace(/\/$/, '');
    const meant = tidy !== path && this.#routesTo(tidy).length > 0;
    return meant ? 'Leave out the slash that is too much.' : 'GET /api/postern/docs describes the calls there are.';
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
