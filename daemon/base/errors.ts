/**
 * A failing environment (a missing file, a refused connection, a bad config), told apart from a bug.
 * `message` is one sentence for a person and says what to do where something can be done.
 */
export class PosternError extends Error {
  /** Kebab-case, stable: what a program compares. */
  readonly code: string;
  /** True when trying the same again later may succeed. */
  readonly transient: boolean;

  constructor(code: string, message: string, options: { cause?: unknown; transient?: boolean } = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    this.name = 'PosternError';
    this.code = code;
    this.transient = options.transient ?? false;
  }
}

/** The text of whatever was thrown, without its stack. */
export function messageOf(thrown: unknown): string {
  return thrown instanceof Error ? thrown.message : String(thrown);
}

/** For the `default` of an exhaustive switch: the compiler objects when a case is missing. */
export function unreachable(value: never): never {
  throw new Error(`unreachable: ${JSON.stringify(value)}`);
}
