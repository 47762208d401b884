import type { LiveFrame, LiveQuiet, Problem } from '../api.ts';

export interface LiveStreamOptions {
  onFrame: (frame: LiveFrame) => void;
  onQuiet: (quiet: LiveQuiet) => void;
  onEnd: (problem: Problem) => void;
}

const RETRY_MS = 3_000;
const BUSY = 503;

/** The daemon's pictures, one after the other, for as long as they are wanted. */
export class LiveStream {
  readonly #o: LiveStreamOptions;
  #source: EventSource | undefined;
  #retry: ReturnType<typeof setTimeout> | undefined;

  constructor(options: LiveStreamOptions) {
    this.#o = options;
  }

  /** Whether it was not running already. */
  start(): boolean {
    if (this.#source || this.#retry !== undefined) return false;
    this.#open();
    return true;
  }

  stop(): void {
    clearTimeout(this.#retry);
    this.#retry = undefined;
    this.#source?.close();
    this.#source = undefined;
  }

  #open(): void {
    this.#retry = undefined;
    const source = new EventSource('api/live');
    this.#source = source;
    source.addEventListener('frame', ({ data }) => this.#o.onFrame(JSON.parse(data as string) as LiveFrame));
    source.addEventListener('quiet', ({ data }) => this.#o.onQuiet(JSON.parse(data as string) as LiveQuiet));
    source.addEventListener('end', ({ data }) => this.#again(JSON.parse(data as string) as Problem));
    source.addEventListener('error', () => void this.#failed(source));
  }

  /** Cut off or refused: which of both it was, the browser tells only whoever asks in another way. */
  async #failed(source: EventSource): Promise<void> {
    source.close();
    const status = await fetch('api/live', { method: 'HEAD', cache: 'no-store' }).then((response) => response.status, () => 0);
    if (source !== this.#source) return;
    const message = status === BUSY ? 'Enough people look at the camera already. It comes when one of them has closed it.' : 'The picture is interrupted. It comes back by itself.';
    this.#again({ error: 'lost', message });
  }

  #again(problem: Problem): void {
    this.stop();
    this.#o.onEnd(problem);
    this.#retry = setTimeout(() => this.#open(), RETRY_MS);
  }
}
