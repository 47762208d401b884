/**
 * Sends requests to a backend over kept-alive connections and tells how it answered: a process of its own, so that what it
 * computes does not pass for the backend's. One job as JSON on standard input, its outcome as JSON on standard output.
 */
import { readFileSync } from 'node:fs';
import { Agent, request } from 'node:http';
import { fileURLToPath } from 'node:url';

export interface LoadJob {
  url: string;
  headers: Record<string, string>;
  /** JSON bodies, one a line; each is sent once. */
  bodiesFile: string;
  connections: number;
  /** What must be in the text of an answer that counts as right. */
  expected: string;
}

export interface LoadOutcome {
  right: number;
  wrong: number;
  /** The first answer that was not as expected. */
  firstWrong?: string;
  seconds: number;
  /** Of single requests, milliseconds. */
  medianMs: number;
  p99Ms: number;
  longestMs: number;
}

async function run(job: LoadJob): Promise<LoadOutcome> {
  const bodies = readFileSync(job.bodiesFile, 'utf8').split('\n').filter((line) => line !== '');
  const agent = new Agent({ keepAlive: true, maxSockets: job.connections });
  const latenciesMs: number[] = [];
  const wrong: string[] = [];
  let next = 0;
  const connection = async (): Promise<void> => {
    for (let body = bodies[next++]; body !== undefined; body = bodies[next++]) {
      const sentMs = performance.now();
      const answer = await post(job, agent, body);
      latenciesMs.push(performance.now() - sentMs);
      if (!answer.includes(job.expected)) wrong.push(answer);
    }
  };
  const startedMs = performance.now();
  await Promise.all(Array.from({ length: job.connections }, connection));
  const seconds = (performance.now() - startedMs) / 1_000;
  agent.destroy();
  latenciesMs.sort((a, b) => a - b);
  const quantile = (q: number): number => latenciesMs[Math.min(latenciesMs.length - 1, Math.floor(latenciesMs.length * q))] ?? NaN;
  return {
    right: latenciesMs.length - wrong.length, wrong: wrong.length, ...(wrong[0] !== undefined && { firstWrong: wrong[0].slice(0, 300) }),
    seconds, medianMs: quantile(0.5), p99Ms: quantile(0.99), longestMs: quantile(1),
  };
}

function post({ url, headers }: LoadJob, agent: Agent, body: string): Promise<string> {
  return new Promise((resolve) => {
    const sent = request(url, { method: 'POST', agent, headers: { ...headers, 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) } }, (response) => {
      const chunks: Buffer[] = [];
      response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => resolve(`${response.statusCode} ${Buffer.concat(chunks).toString()}`));
    });
    sent.on('error', (error) => resolve(`no answer: ${error.message}`)).end(body);
  });
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  process.stdout.write(JSON.stringify(await run(JSON.parse(readFileSync(0, 'utf8')) as LoadJob)));
}
