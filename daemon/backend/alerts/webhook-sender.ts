import type { Readable } from 'node:stream';
import fetch from 'node-fetch';
import { Backoff } from '../../base/backoff.ts';
import type { Clock, Timer } from '../../base/clock.ts';
import { messageOf } from '../../base/errors.ts';
import { InFlight } from '../../base/in-flight.ts';
import type { Logger } from '../../base/logger.ts';
import type { SharedCommits } from '../shared-commits.ts';
import type { Sending, Webhook, WebhookOutbox } from './webhook-outbox.ts';
import { readWebhookSecret } from './webhook-secret.ts';
import { webhookHeaders } from './webhook-signature.ts';

export interface WebhookSenderOptions {
  outbox: WebhookOutbox;
  commits: SharedCommits;
  clock: Clock;
  log: Logger;
  /** How long a receiver may take; 10 s unless told. */
  timeoutMs?: number;
  /** 0 ≤ r < 1, for the jitter. */
  random?: () => number;
}

const TIMEOUT_MS = 10_000;
const FIRST_RETRY_MS = 5_000;
const MAX_RETRY_MS = 3_600_000;
const GIVE_UP_AFTER_MS = 24 * 3_600_000;
const MAX_ERROR_CHARS = 200;
/** A timer further off than this would be taken as one of 1 ms. */
const LONGEST_SLEEP_MS = 3_600_000;

/**
 * Sends what waits in the outbox: one at a time to each receiver, receivers independent of each other. A 2xx answer is a
 * receipt; anything else is tried again, later and later. The receiver is the operator's own choice in the config, so a
 * private address is not refused; a redirect is, and of an answer nothing is read.
 */
export class WebhookSender {
  readonly #o: WebhookSenderOptions;
  readonly #inFlight = new InFlight();
  readonly #busy = new Set<string>();
  readonly #timers = new Map<string, Timer>();
  readonly #stopping = new AbortController();

  constructor(options: WebhookSenderOptions) {
    this.#o = options;
  }

  start(): void {
    this.#o.outbox.onAdded = () => this.#lookLater();
    this.#look();
  }

  /** Resolves when nothing is being sent. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  async stop(): Promise<void> {
    this.#stopping.abort();
    this.#o.outbox.onAdded = () => undefined;
    for (const timer of this.#timers.values()) timer.cancel();
    await this.idle();
  }

  /** After the commit that is under way: until then nothing has happened. */
  #lookLater(): void {
    const look = (): void => this.#look();
    void this.#inFlight.track(this.#o.commits.run(() => undefined).then(look, look));
  }

  #look(): void {
    for (const webhook of this.#o.outbox.webhooks) {
      if (!this.#busy.has(webhook.url) && !this.#stopping.signal.aborted) void this.#inFlight.track(this.#serve(webhook));
    }
  }

  async #serve(webhook: Webhook): Promise<void> {
    const { url } = webhook;
    this.#busy.add(url);
    this.#timers.get(url)?.cancel();
    try {
      for (let next = this.#due(url); next && !this.#stopping.signal.aborted; next = this.#due(url)) await this.#send(webhook, next);
    } catch (thrown) {
      this.#o.log.error(`What became of a webhook could not be written, so it is sent again: ${messageOf(thrown)}`);
      this.#timers.set(url, this.#o.clock.after(FIRST_RETRY_MS, () => this.#look()));
    } finally {
      this.#busy.delete(url);
    }
  }

  /** The next whose time has come; for one whose time is still to come a timer is set. */
  #due(url: string): Sending | undefined {
    const next = this.#o.outbox.next(url);
    const waitMs = (next?.nextMs ?? 0) - this.#o.clock.wallMs();
    if (!next || waitMs <= 0) return next;
    this.#timers.set(url, this.#o.clock.after(Math.min(waitMs, LONGEST_SLEEP_MS), () => this.#look()));
    return undefined;
  }

  async #send(webhook: Webhook, sending: Sending): Promise<void> {
    const { outbox, commits, clock, log } = this.#o;
    const failure = await this.#post(webhook, sending);
    if (this.#stopping.signal.aborted && failure !== undefined) return;
    const nowMs = clock.wallMs();
    if (failure === undefined) return commits.run(() => outbox.sent(sending));
    if (nowMs - sending.createdMs >= GIVE_UP_AFTER_MS) {
      log.error(`The webhook for alert ${sending.id} was given up after ${sending.tries + 1} tries: ${failure}`, { receiver: originOf(webhook.url) });
      return commits.run(() => outbox.giveUp(sending, failure));
    }
    log.warn(`A webhook was not taken and is tried again: ${failure}`, { receiver: originOf(webhook.url), alert: sending.id });
    return commits.run(() => outbox.again(sending, nowMs + this.#waitMs(sending.tries), failure));
  }

  /** What went wrong; undefined when it was taken. */
  async #post({ url, secretFile }: Webhook, { id, body }: Sending): Promise<string | undefined> {
    const abort = new AbortController();
    const timer = this.#o.clock.after(this.#o.timeoutMs ?? TIMEOUT_MS, () => abort.abort());
    const stop = (): void => abort.abort();
    this.#stopping.signal.addEventListener('abort', stop);
    try {
      const headers = { 'content-type': 'application/json; charset=utf-8', 'user-agent': 'postern', ...webhookHeaders(readWebhookSecret(secretFile), { id, body, nowMs: this.#o.clock.wallMs() }) };
      const response = await fetch(url, { method: 'POST', headers, body, redirect: 'error', compress: false, signal: abort.signal });
      // Its answer is its status; a body without end is not read.
      (response.body as Readable | null)?.destroy();
      return response.ok ? undefined : `HTTP ${response.status}`;
    } catch (thrown) {
      return abort.signal.aborted ? 'it did not answer in time' : withoutPath(messageOf(thrown), url).slice(0, MAX_ERROR_CHARS);
    } finally {
      timer.cancel();
      this.#stopping.signal.removeEventListener('abort', stop);
    }
  }

  #waitMs(tries: number): number {
    const { random } = this.#o;
    return new Backoff({ firstMs: Math.min(FIRST_RETRY_MS * 2 ** Math.min(tries, 20), MAX_RETRY_MS), maxMs: MAX_RETRY_MS, ...(random && { random }) }).nextMs();
  }
}

/** [S7] A URL's path may be a secret of its own. */
function originOf(url: string): string {
  return new URL(url).origin;
}

function withoutPath(message: string, url: string): string {
  return message.replaceAll(new URL(url).href, originOf(url)).replaceAll(url, originOf(url));
}
