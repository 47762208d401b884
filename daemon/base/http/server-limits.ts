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
