import { z } from 'zod';
import type { Clock } from '../base/clock.ts';
import { jsonIn } from '../base/json-text.ts';
import { BackendConnection, discard, type BackendAddress } from './backend-connection.ts';
import { readFailure, readRefusal, type NoAnswer } from './online-answer.ts';

const orderSchema = z.object({ orderId: z.string().min(1).max(64), type: z.string().max(32), by: z.string().transform(printable) });

export const heardSchema = z.object({ order: orderSchema.nullable(), replaced: z.boolean().nullish() });
export const claimSchema = z.object({ claimed: z.boolean(), nonce: z.string().max(64) });
export const reportSchema = z.object({ accepted: z.boolean() });

/** An order as the backend hands it out. */
export type HeardOrder = z.output<typeof orderSchema>;

const MAX_ANSWER_BYTES = 4_096;

/** Asks the backend about orders, on connections of its own: a question that is held back keeps no other waiting. */
export class OrderQuestions {
  readonly #clock: Clock;
  readonly #stopping: AbortSignal;
  readonly #connection: BackendConnection;

  constructor(backend: BackendAddress, clock: Clock, stopping: AbortSignal) {
    this.#clock = clock;
    this.#stopping = stopping;
    this.#connection = new BackendConnection(backend);
  }

  /** One attempt within `limitMs`; ends at once when the door stops. */
  async ask<Answer extends z.ZodType>(path: string, json: object, schema: Answer, limitMs: number): Promise<z.output<Answer> | NoAnswer> {
    const abort = new AbortController();
    const giveUp = (): void => abort.abort();
    const timer = this.#clock.after(limitMs, giveUp);
    this.#stopping.addEventListener('abort', giveUp);
    if (this.#stopping.aborted) giveUp();
    try {
      const response = await this.#connection.request({ path, json, signal: abort.signal, maxBytes: MAX_ANSWER_BYTES });
      if (response.status === 200) return meaningOf(await response.text(), schema);
      discard(response);
      return readRefusal(response.status);
    } catch (thrown) {
      return readFailure(thrown);
    } finally {
      timer.cancel();
      this.#stopping.removeEventListener('abort', giveUp);
    }
  }

  close(): void {
    this.#connection.close();
  }
}

function meaningOf<Answer extends z.ZodType>(body: string, schema: Answer): z.output<Answer> | NoAnswer {
  const parsed = schema.safeParse(jsonIn(body));
  return parsed.success ? parsed.data : { kind: 'malformed', detail: 'The backend\'s answer about orders is not one this door understands.' };
}

/** It goes into an event and onto the page. */
function printable(name: string): string {
  return name.replaceAll(/\p{C}/gu, '?').slice(0, 64);
}
