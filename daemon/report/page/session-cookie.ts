import type { IncomingMessage } from 'node:http';

/** `__Host-`: from this host alone, over TLS alone, for every path (RFC 6265bis §4.1.3.2). Without TLS it is for this machine only. */
const nameOf = (isSecure: boolean): string => (isSecure ? '__Host-postern' : 'postern-session');

/** The session's id as the browser sends it; one that is there twice counts for none, for another site of the host may have put it there. */
export function sessionIdIn({ headers }: IncomingMessage, isSecure: boolean): string | undefined {
  const named = (headers.cookie ?? '').split(';').map((pair) => pair.trim()).filter((pair) => pair.startsWith(`${nameOf(isSecure)}=`));
  return named.length === 1 ? named[0]?.slice(nameOf(isSecure).length + 1) : undefined;
}

/** Ends with the browser; the daemon ends it earlier. No `id`: the browser forgets it. */
export function sessionCookie(id: string | undefined, isSecure: boolean): string {
  const what = id === undefined ? `${nameOf(isSecure)}=; Max-Age=0` : `${nameOf(isSecure)}=${id}`;
  return `${what}; Path=/; HttpOnly; SameSite=Strict${isSecure ? '; Secure' : ''}`;
}
