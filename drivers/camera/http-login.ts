import { createHash } from 'node:crypto';

export interface HttpLogin {
  user: string;
  password: string;
  /** Whether the password may go in plain text over http, to a camera that asks for it so (Basic, RFC 7617). */
  allowsPlain: boolean;
}

/** What a server asked for in one WWW-Authenticate (RFC 9110 §11.6.1). */
interface Challenge {
  scheme: string;
  params: Record<string, string>;
}

export interface AuthRequest {
  method: string;
  url: URL;
}

/** Beside MD5, which cameras have, and SHA-256, each with and without -sess (RFC 7616 §3.3). The strongest is taken. */
const HASHES: Record<string, string> = { 'sha-256': 'sha256', 'sha-256-sess': 'sha256', 'md5': 'md5', 'md5-sess': 'md5' };

/** The answers to a server's challenge, for one camera: Digest (RFC 7616), else Basic. */
export class HttpAuthorizer {
  readonly #login: HttpLogin;
  /** Hexadecimal; injected, so that the examples of the RFC can be tested. */
  readonly #clientNonce: () => string;
  #digest: Challenge | undefined;
  #basic = false;
  /** Requests with this nonce of the server's. */
  #count = 0;

  constructor(login: HttpLogin, clientNonce: () => string) {
    this.#login = login;
    this.#clientNonce = clientNonce;
  }

  /**
   * Takes the challenges of a 401. Undefined when there is an answer to them; else why there is none, in the words of
   * `PictureListener.ended`.
   */
  challenge(headers: string[], url: URL): string | undefined {
    const all = headers.flatMap(challengesIn);
    const digests = all.filter(({ scheme, params }) => scheme === 'digest' && params.nonce !== undefined && algorithmOf(params) in HASHES && asksAuth(params));
    const [strongest] = digests.sort((a, b) => rank(a) - rank(b));
    this.#count = 0;
    this.#digest = strongest;
    this.#basic = false;
    if (strongest) return undefined;
    if (!all.some(({ scheme }) => scheme === 'basic')) return 'it asks for a login of a kind that is not known here (Digest and Basic are)';
    if (url.protocol !== 'https:' && !this.#login.allowsPlain) {
      return 'it asks for the password in plain text: use an https:// address, set the camera to digest, or set camera.allowPlainPassword';
    }
    this.#basic = true;
    return undefined;
  }

  /** The Authorization header of a request; undefined while nothing was asked for. */
  header({ method, url }: AuthRequest): string | undefined {
    const { user, password } = this.#login;
    if (this.#digest) return this.#digestHeader(this.#digest.params, method, `${url.pathname}${url.search}`);
    return this.#basic ? `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}` : undefined;
  }

  /** RFC 7616 §3.4. */
  #digestHeader(params: Record<string, string>, method: string, uri: string): string {
    const { user, password } = this.#login;
    const { realm = '', nonce = '', qop, opaque, algorithm } = params;
    const hash = (...parts: string[]): string => createHash(HASHES[algorithmOf(params)] ?? 'md5').update(parts.join(':')).digest('hex');
    const [nc, cnonce] = [(++this.#count).toString(16).padStart(8, '0'), this.#clientNonce()];
    const plainA1 = hash(user, realm, password);
    const a1 = algorithmOf(params).endsWith('-sess') ? hash(plainA1, nonce, cnonce) : plainA1;
    const a2 = hash(method, uri);
    // Without qop it is the older RFC 2069 (RFC 7616 §3.4.1, compatibility).
    const response = qop === undefined ? hash(a1, nonce, a2) : hash(a1, nonce, nc, cnonce, 'auth', a2);
    const named = params.userhash === 'true' ? hash(user, realm) : user;
    const fields = [
      `username=${quoted(named)}`, `realm=${quoted(realm)}`, `nonce=${quoted(nonce)}`, `uri=${quoted(uri)}`, `response="${response}"`,
      ...(algorithm === undefined ? [] : [`algorithm=${algorithm}`]),
      ...(qop === undefined ? [] : ['qop=auth', `nc=${nc}`, `cnonce="${cnonce}"`]),
      ...(opaque === undefined ? [] : [`opaque=${quoted(opaque)}`]),
      ...(params.userhash === 'true' ? ['userhash=true'] : []),
    ];
    return `Digest ${fields.join(', ')}`;
  }
}

function algorithmOf(params: Record<string, string>): string {
  return (params.algorithm ?? 'MD5').toLowerCase();
}

function asksAuth({ qop }: Record<string, string>): boolean {
  return qop === undefined || qop.split(',').some((word) => word.trim() === 'auth');
}

function rank({ params }: Challenge): number {
  return Object.keys(HASHES).indexOf(algorithmOf(params));
}

function quoted(text: string): string {
  return `"${text.replace(/["\\]/g, '\\$&')}"`;
}

/** The challenges of one header, which may have several behind commas. */
function challengesIn(header: string): Challenge[] {
  const challenges: Challenge[] = [];
  const token = /\s*,?\s*([\w!#$%&'*+.^`|~-]+)(?:\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^\s,"]+)))?/gy;
  for (const [, name = '', inQuotes, bare] of header.slice(0, 4_096).matchAll(token)) {
    const value = inQuotes?.replace(/\\(.)/g, '$1') ?? bare;
    if (value === undefined) challenges.push({ scheme: name.toLowerCase(), params: {} });
    else if (challenges.length > 0) (challenges.at(-1) as Challenge).params[name.toLowerCase()] = value;
  }
  return challenges;
}
