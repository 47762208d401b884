import type { Agent } from 'node:http';
import fetch, { AbortError, FetchError } from 'node-fetch';
import type { Clock } from '../../daemon/base/clock.ts';
import { pemFile } from '../../daemon/base/pem-files.ts';
import { faultOf } from '../network-fault.ts';
import type { ControllersDoor, UnlockResult } from './controller-answer.ts';
import { readDoors, readUnlock } from './controller-answer.ts';
import { promptAgent } from './prompt-agent.ts';

export interface DoorControllerOptions {
  clock: Clock;
  /** Without a path: `https://api2.rhombussystems.com`. */
  url: string;
  apiKey: string;
  /** An RUUID, as the controller lists the door. */
  doorUuid: string;
  /** Certificates, as PEM, of whoever signed the controller's; absent: those this system trusts. */
  caFile?: string | undefined;
  /** How long it may take to answer. */
  answerMs?: number;
}

const UNLOCK = '/api/accesscontrol/unlockAccessControlledDoor';
const FIND_DOORS = '/api/component/findAccessControlledDoors';

/** An order that is not on its way by then is dropped: whoever it was for may have left [S1]. */
const CONNECT_MS = 2_000;
const ANSWER_MS = 8_000;
const MAX_ANSWER_BYTES = 1_048_576;
const PAGE = 100;
const MAX_PAGES = 50;

/** Failures of a request that never went out. */
const NOT_SENT = new Set([
  'ECONNLATE', 'ECONNREFUSED', 'ENOTFOUND', 'EAI_AGAIN', 'EHOSTUNREACH', 'ENETUNREACH', 'EPROTO', 'CERT_HAS_EXPIRED', 'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN', 'UNABLE_TO_VERIFY_LEAF_SIGNATURE', 'UNABLE_TO_GET_ISSUER_CERT_LOCALLY', 'ERR_TLS_CERT_ALTNAME_INVALID',
]);

interface Answered {
  status: number;
  body: string;
}

/** The calls of a door controller's published API that the `rhombus` driver makes: one to unlock, one to look at the door. */
export class DoorController {
  readonly #o: DoorControllerOptions;
  readonly #agent: Agent;
  readonly #ended = new AbortController();

  /** Throws PosternError('tls-files'). */
  constructor(options: DoorControllerOptions) {
    this.#o = options;
    const ca = options.caFile === undefined ? undefined : pemFile(options.caFile);
    this.#agent = promptAgent({ isSecure: options.url.startsWith('https:'), limitMs: CONNECT_MS, clock: options.clock, ca });
  }

  /** Has the door released, once, now or not at all; an order is never repeated. Resolves undefined when `signal` ended it. */
  async unlock(signal: AbortSignal): Promise<UnlockResult | undefined> {
    try {
      const { status, body } = await this.#post(UNLOCK, { accessControlledDoorUuid: this.#o.doorUuid }, signal);
      return readUnlock(status, body);
    } catch (thrown) {
      if (signal.aborted) return undefined;
      return { is: NOT_SENT.has(codeOf(thrown)) ? 'not-released' : 'unknown', why: this.#why(thrown) };
    }
  }

  /** Looks for the door; in words what is wrong where it cannot be unlocked. Changes nothing. */
  async look(): Promise<ControllersDoor | string> {
    let key: string | undefined;
    for (let page = 0; page < MAX_PAGES; page++) {
      const read = await this.#page(key);
      if (typeof read === 'string') return read;
      if (read.door) return read.door;
      if (read.nextKey === undefined || read.nextKey === key) break;
      key = read.nextKey;
    }
    return `it has no door ${this.#o.doorUuid}: see doorIo.doorUuid`;
  }

  async #page(lastEvaluatedKey: string | undefined): Promise<ReturnType<typeof readDoors>> {
    try {
      const { status, body } = await this.#post(FIND_DOORS, { maxPageSize: PAGE, lastEvaluatedKey }, this.#ended.signal);
      return readDoors(status, body, this.#o.doorUuid);
    } catch (thrown) {
      return this.#why(thrown);
    }
  }

  /** Ends what is under way. */
  close(): void {
    this.#ended.abort();
    this.#agent.destroy();
  }

  async #post(path: string, json: object, signal: AbortSignal): Promise<Answered> {
    const { url, apiKey, clock, answerMs = ANSWER_MS } = this.#o;
    const abort = new AbortController();
    const timer = clock.after(answerMs, () => abort.abort());
    try {
      const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, {
        method: 'POST',
        headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': apiKey, 'content-type': 'application/json' },
        body: JSON.stringify(json),
        agent: this.#agent, redirect: 'error', compress: false, size: MAX_ANSWER_BYTES, signal: AbortSignal.any([abort.signal, signal]),
      });
      return { status: response.status, body: await response.text() };
    } finally {
      timer.cancel();
    }
  }

  #why(thrown: unknown): string {
    if (thrown instanceof AbortError) return `it did not answer within ${this.#o.answerMs ?? ANSWER_MS} ms`;
    if (codeOf(thrown) === 'ECONNLATE') return `there was no connection to it within ${CONNECT_MS} ms, so the order was dropped`;
    if (thrown instanceof FetchError && thrown.type === 'max-size') return 'its answer is too long';
    if (thrown instanceof FetchError && thrown.type === 'no-redirect') return 'it answers from another place: put the final address into doorIo.url';
    return faultOf(thrown, 'doorIo');
  }
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && 'code' in thrown ? String(thrown.code) : '';
}
