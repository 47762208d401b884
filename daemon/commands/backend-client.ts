import { Agent } from 'node:https';
import fetch from 'node-fetch';
import { z } from 'zod';
import { isLoopback } from '../../config/fields.ts';
import type { Config } from '../../config/schema.ts';
import { readClientTls } from '../base/client-tls.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { jsonIn } from '../base/json-text.ts';
import { readApiKey } from './key-files.ts';

const TIMEOUT_MS = 15_000;
const MAX_ANSWER_BYTES = 8_000_000;

const refusal = z.object({ errorMsg: z.string(), code: z.string() });

/** Calls the backend that a config names, with the admin's key. */
export class BackendClient {
  readonly #url: string;
  readonly #apiKey: string;
  /** That of Node, or one that believes the config's authorities. */
  readonly #agent: Agent | undefined;

  private constructor(url: string, apiKey: string, caFile: string | undefined) {
    this.#url = url;
    this.#apiKey = apiKey;
    this.#agent = caFile === undefined ? undefined : new Agent(readClientTls({ caFile }));
  }

  /** Throws PosternError('no-backend', 'no-admin-key', 'key-file', 'tls-files'). */
  static of({ backend }: Config): BackendClient {
    if (!backend) throw new PosternError('no-backend', 'The config names no backend. Add a backend section with its url.');
    if (backend.adminKeyFile === undefined) throw new PosternError('no-admin-key', 'The config names no admin key. Add backend.adminKeyFile: a file with an API key that may issue and revoke.');
    return new BackendClient(backend.url, readApiKey(backend.adminKeyFile), backend.caFile);
  }

  /** The backend at `url` with the API key in `keyFile`. Throws PosternError('usage', 'key-file'). */
  static at(url: string, keyFile: string, caFile?: string): BackendClient {
    if (!isSafe(url)) throw new PosternError('usage', `The backend's URL must begin with https:// (or http:// on this machine), not ${url}: over plain http the API key could be read on the way.`);
    return new BackendClient(url, readApiKey(keyFile), caFile);
  }

  /**
   * The answer to one call, read by `schema`. Throws PosternError: with the code and sentence of the backend when it
   * refused, otherwise 'backend-unreachable' or 'backend-answer'.
   */
  async call<Answer extends z.ZodType>(path: string, body: object, schema: Answer): Promise<z.output<Answer>> {
    const { ok, status, json } = await this.#post(path, body);
    if (!ok) {
      const refused = refusal.safeParse(json);
      if (refused.success) throw new PosternError(refused.data.code, `The backend refused: ${refused.data.errorMsg}`, { transient: status === 429 || status >= 500 });
      throw new PosternError('backend-answer', `The backend at ${this.#url} answered with HTTP ${status}. Check backend.url in the config.`);
    }
    const answer = schema.safeParse(json);
    if (!answer.success) throw new PosternError('backend-answer', `The answer of ${this.#url} is not a backend's. Check backend.url in the config.`);
    return answer.data;
  }

  /** What a path serves as bytes. Throws PosternError('backend-unreachable', 'backend-answer'). */
  async bytes(path: string): Promise<Uint8Array> {
    const { ok, status, body } = await this.#request(path);
    if (!ok) throw new PosternError('backend-answer', `The backend at ${this.#url} answered ${path} with HTTP ${status}. Does the API key have the right role?`);
    return body;
  }

  async #post(path: string, body: object): Promise<{ ok: boolean; status: number; json: unknown }> {
    const { body: bytes, ...answer } = await this.#request(path, JSON.stringify(body));
    return { ...answer, json: jsonIn(bytes.toString()) };
  }

  async #request(path: string, json?: string): Promise<{ ok: boolean; status: number; body: Buffer }> {
    try {
      const response = await fetch(`${this.#url.replace(/\/+$/, '')}${path}`, {
        method: json === undefined ? 'GET' : 'POST',
        headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': this.#apiKey, ...(json !== undefined && { 'content-type': 'application/json' }) },
        ...(json !== undefined && { body: json }),
        ...(this.#agent && { agent: this.#agent }),
        redirect: 'error',
        size: MAX_ANSWER_BYTES,
        signal: AbortSignal.timeout(TIMEOUT_MS),
      });
      return { ok: response.ok, status: response.status, body: Buffer.from(await response.arrayBuffer()) };
    } catch (thrown) {
      throw new PosternError('backend-unreachable', `The backend at ${this.#url} cannot be reached: ${messageOf(thrown)}. Is it running? The demo's runs with npm start.`, { cause: thrown, transient: true });
    }
  }
}

function isSafe(url: string): boolean {
  if (!URL.canParse(url)) return false;
  const { protocol, hostname } = new URL(url);
  return protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname));
}
