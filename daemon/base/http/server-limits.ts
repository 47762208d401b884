import type { ServerOptions } from 'node:http';

const MAX_HEADER_BYTES = 8_192;

/** What a caller may cost. Times in milliseconds. */
export interface ServerLimits {
  /** Until the headers of a request are there. */
  headersMs: number;
  /** Until a request is there with its body. */
  requestMs: number;
  /** How often both are looked at. */
  checkEveryMs: number;
  /** How long an answer waits for a caller who reads nothing of it. */
  unreadAnswerMs: number;
  /** How long a connection is kept for another request. */
  idleMs: number;
  /** Connections that are answered; half as many again are told that it is busy, any more are not accepted. */
  connections: number;
}

export const defaultLimits: ServerLimits = {
  headersMs: 10_000,
  requestMs: 30_000,
  checkEveryMs: 5_000,
  unreadAnswerMs: 30_000,
  // Doors keep their connection between two polls a minute apart, so that an attempt finds it open.
  idleMs: 90_000,
  connections: 512,
};

/** The limits in the words of Node's server; those that it has no word for are its owner's to keep. */
export function serverOptions(limits: ServerLimits): ServerOptions {
  return {
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    connectionsCheckingInterval: limits.checkEveryMs,
    keepAliveTimeout: limits.idleMs,
    maxHeaderSize: MAX_HEADER_BYTES,
    // `checkHeaders` does, with an answer that says so.
    requireHostHeader: false,
  };
}
