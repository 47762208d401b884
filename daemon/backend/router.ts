import { ApiError } from './api-error.ts';
import type { Call, Download } from './call.ts';
import { generateQRAccessCode } from './calls/generate-qr-access-code.ts';
import { getDoorsForOrg } from './calls/get-doors-for-org.ts';
import { getQRAccessCodes } from './calls/get-qr-access-codes.ts';
import { keySet } from './calls/key-set.ts';
import { revokeQRAccessCode } from './calls/revoke-qr-access-code.ts';
import { tokenList } from './calls/token-list.ts';
import { validateQRAccessCode } from './calls/validate-qr-access-code.ts';

const calls: readonly Call[] = [generateQRAccessCode, getQRAccessCodes, revokeQRAccessCode, validateQRAccessCode, getDoorsForOrg];
const downloads: readonly Download[] = [keySet, tokenList];

export const healthPath = '/api/postern/health';

export type Route =
  | { kind: 'health' }
  | { kind: 'call'; call: Call }
  | { kind: 'download'; download: Download; name: string };

/** What a request is for. Throws ApiError('no-such-call', 'wrong-method'). */
export function routeOf(method: string, path: string): Route {
  if (path === healthPath) return allowed({ kind: 'health' }, method, ['GET', 'HEAD']);
  const call = calls.find((it) => it.path === path);
  if (call) return allowed({ kind: 'call', call }, method, call.methods);
  const download = downloads.find((it) => (it.isNamed ? path.startsWith(it.path) : path === it.path));
  if (download) return allowed({ kind: 'download', download, name: path.slice(download.path.length) }, method, ['GET', 'HEAD']);
  throw new ApiError(404, 'no-such-call', `There is no such call. The calls are: ${[...calls, ...downloads].map((it) => it.path).join(', ')}.`);
}

function allowed(route: Route, method: string, methods: readonly string[]): Route {
  if (methods.includes(method)) return route;
  throw new ApiError(405, 'wrong-method', `This call takes ${methods.join(' or ')}.`);
}
