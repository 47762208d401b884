import { once } from 'node:events';
import { isMainThread, parentPort, Worker } from 'node:worker_threads';

export interface HttpAnswer {
  ms: number;
  bytes: number;
  etag: string;
}

interface Question {
  url: string;
  method: 'GET' | 'HEAD';
  apiKey: string;
}

/** Asks from a thread of its own, so that what it takes to read an answer is not taken for the server's. */
export class HttpClient {
  readonly #worker = new Worker(new URL(import.meta.url));
  readonly #apiKey: string;

  constructor(apiKey: string) {
    this.#apiKey = apiKey;
  }

  /** From the question to the last byte of the answer. Rejects for another status than 200. */
  async ask(url: string, method: 'GET' | 'HEAD' = 'GET'): Promise<HttpAnswer> {
    const question: Question = { url, method, apiKey: this.#apiKey };
    this.#worker.postMessage(question);
    const [answer] = await once(this.#worker, 'message') as [HttpAnswer | string];
    if (typeof answer === 'string') throw new Error(`${url}: ${answer}`);
    return answer;
  }

  async close(): Promise<void> {
    await this.#worker.terminate();
  }
}

async function answerTo({ url, method, apiKey }: Question): Promise<HttpAnswer | string> {
  const startedMs = performance.now();
  const response = await fetch(url, { method, headers: { 'x-auth-scheme': 'api-token', 'x-auth-apikey': apiKey } });
  if (response.status !== 200) return `HTTP ${response.status}`;
  const { byteLength } = await response.arrayBuffer();
  const bytes = method === 'HEAD' ? Number(response.headers.get('content-length')) : byteLength;
  return { ms: performance.now() - startedMs, bytes, etag: response.headers.get('etag') ?? '' };
}

if (!isMainThread && parentPort) {
  const port = parentPort;
  port.on('message', (question: Question) => void answerTo(question).catch(String).then((answer) => port.postMessage(answer)));
}
