import type { IncomingMessage } from 'node:http';
import { ApiError } from '../../base/http/api-error.ts';
import type { Permission } from './api.ts';
import type { OwnHosts } from './own-hosts.ts';
import { permissionsOf } from './roles.ts';
import { sessionIdIn } from './session-cookie.ts';
import { isSameSecret, type OpenSession, type Sessions } from './sessions.ts';

/** Who is asking. */
export interface Caller {
  session: OpenSession | undefined;
  /** As the browser sent it, for ending it. */
  sessionId: string | undefined;
  /** On the machine itself, where status and attempts are told without a login. */
  isLocal: boolean;
}

/** Whom a call is for. */
export type Allows = 'anyone' | 'reader' | 'logged-in' | Permission;

export function callerOf(request: IncomingMessage, { sessions, hosts, isSecure }: { sessions: Sessions; hosts: OwnHosts; isSecure: boolean }): Caller {
  const sessionId = sessionIdIn(request, isSecure);
  return { sessionId, session: sessions.find(sessionId), isLocal: hosts.isLocal(request) };
}

export function may({ session }: Caller, permission: Permission): boolean {
  return session !== undefined && permissionsOf[session.user.role].includes(permission);
}

/** Throws ApiError(401 'login-needed', 403 'not-allowed'). */
export function mustBeAllowed(caller: Caller, allows: Allows): void {
  if (allows === 'anyone' || (allows === 'reader' && caller.isLocal)) return;
  if (!caller.session) throw new ApiError(401, 'login-needed', 'Log in first.', { headers: { 'www-authenticate': 'postern-session' } });
  if (allows === 'reader' || allows === 'logged-in' || may(caller, allows)) return;
  throw new ApiError(403, 'not-allowed', `A ${caller.session.user.role} may not do this. Ask an admin of the door.`);
}

/** Another site can have a browser send the cookie, but cannot know what is asked for here. Throws ApiError(403 'csrf'). */
export function mustMeanIt(request: IncomingMessage, { session }: Caller): void {
  const given = request.headers['x-postern-csrf'];
  if (session && (typeof given !== 'string' || !isSameSecret(given, session.csrf))) throw new ApiError(403, 'csrf', 'This request does not come from the page as it is open now. Load the page again.');
}

/** As events tell who it was. */
export function nameIn({ session }: Caller): string {
  return `user:${session?.user.name ?? 'nobody'}`;
}
