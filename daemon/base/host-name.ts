import { isIP } from 'node:net';

/** As a socket takes it: an IPv6 address without the brackets that it has in a URL. */
export function bareHost(hostname: string): string {
  return hostname.replace(/^\[|\]$/g, '');
}

/** The name that a TLS server is asked for; an address is none (RFC 6066 §3). */
export function serverName(host: string): { servername?: string } {
  return isIP(host) === 0 ? { servername: host } : {};
}
