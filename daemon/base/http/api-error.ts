/** A refused request, which the caller is told as a server's `RefusalBody` says. `message` says what to do. */
export class ApiError extends Error {
  readonly status: number;
  /** Kebab-case, stable: what a client compares. */
  readonly code: string;
  /** Sent with the refusal: `retry-after`, `allow`. */
  readonly headers: Readonly<Record<string, string>>;

  constructor(status: number, code: string, message: string, { headers = {} }: { headers?: Readonly<Record<string, string>> } = {}) {
    super(message);
    this.name = 'ApiError';
    this.status = status;
    this.code = code;
    this.headers = headers;
  }
}

/** What a server's callers get as the JSON of a refusal. */
export type RefusalBody = (error: ApiError) => object;
