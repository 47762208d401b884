import { request as httpRequest } from 'node:http';
import { request as httpsRequest } from 'node:https';
import type { Problem, Role, Session } from '../../../../daemon/report/page/api.ts';
import { UsersFile } from '../../../../daemon/report/page/users-file.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';

export const PASSWORD = 'correct horse battery';

export interface Answer {
  status: number;
  headers: Record<string, string | string[] | undefined>;
  bytes: Buffer;
  json: never;
}

/** A reader of the page with a cookie of its own, as a browser has; with `headers` as no browser sends them. */
export class PageReader {
  readonly url: string;
  readonly ca: Buffer | undefined;
  cookie: string | undefined;
  session: Session | undefined;

  constructor(url: string, { ca }: { ca?: Buffer } = {}) {
    this.url = url;
    this.ca = ca;
  }

  async ask(method: string, path: string, { body, headers = {} }: { body?: unknown; headers?: Record<string, string | string[]> } = {}): Promise<Answer> {
    const text = body === undefined ? undefined : typeof body === 'string' ? body : JSON.stringify(body);
    const sent = {
      ...(this.cookie !== undefined && { cookie: this.cookie }), ...(text !== undefined && { 'content-type': 'application/json' }),
      ...(method === 'POST' && this.session?.csrf !== undefined && { 'x-postern-csrf': this.session.csrf }), ...headers,
    };
    const send = this.url.startsWith('https:') ? httpsRequest : httpRequest;
    const { hostname, port } = new URL(this.url);
    return new Promise((resolve, reject) => {
      const asking = send({ host: hostname, port, method, path, headers: sent, ca: this.ca, servername: 'localhost', agent: false }, (response) => {
        const chunks: Buffer[] = [];
        response.on('data', (chunk: Buffer) => chunks.push(chunk)).on('end', () => {
          const bytes = Buffer.concat(chunks);
          const isJson = response.headers['content-type']?.includes('json');
          resolve({ status: response.statusCode ?? 0, headers: response.headers, bytes, json: (isJson ? JSON.parse(bytes.toString()) : undefined) as never });
        });
      });
      asking.on('error', reject).end(text);
    });
  }

  get(path: string, headers: Record<string, string | string[]> = {}): Promise<Answer> {
    return this.ask('GET', path, { headers });
  }

  post(path: string, body: unknown, headers: Record<string, string | string[]> = {}): Promise<Answer> {
    return this.ask('POST', path, { body, headers });
  }

  async logIn(user: string, password = PASSWORD): Promise<Answer> {
    const answer = await this.post('/api/login', { user, password });
    if (answer.status === 200) {
      this.session = answer.json;
      this.cookie = cookieIn(answer);
    }
    return answer;
  }
}

export function cookieIn({ headers }: Answer): string {
  return String(headers['set-cookie']).split(';')[0] ?? '';
}

export function errorIn({ json }: Answer): string {
  return (json as Problem).error;
}

/** A user of each role, named by it. */
export async function addUsers(stateDir: string): Promise<void> {
  const file = new UsersFile(stateDir, systemRandom);
  for (const role of ['viewer', 'operator', 'admin'] satisfies Role[]) await file.add(role, role, PASSWORD);
}
