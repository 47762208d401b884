import { connect, type Socket } from 'node:net';

export interface RawAnswer {
  status: number;
  headers: Record<string, string>;
  json: Record<string, unknown> | undefined;
}

/** A connection on which bytes are sent as they are, for requests that no client would make. */
export class RawConnection {
  readonly socket: Socket;
  #received = '';
  #ended = false;
  #heard: () => void = () => {};

  private constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk) => {
      this.#received += chunk.toString('latin1');
      this.#heard();
    });
    // A reset ends it as well as a goodbye.
    socket.on('error', () => {}).on('close', () => {
      this.#ended = true;
      this.#heard();
    });
  }

  static open(url: string): Promise<RawConnection> {
    const { hostname, port } = new URL(url);
    return new Promise((resolve, reject) => {
      const socket = connect(Number(port), hostname, () => resolve(new RawConnection(socket)));
      socket.once('error', reject);
    });
  }

  send(bytes: string | Uint8Array): void {
    this.socket.write(bytes);
  }

  /** All that came until the server closed. */
  async ended(): Promise<RawAnswer[]> {
    while (!this.#ended) await this.#hearing();
    return answersIn(this.#received);
  }

  /** The first so many answers, the connection still open or not. */
  async answers(count: number): Promise<RawAnswer[]> {
    while (!this.#ended && answersIn(this.#received).length < count) await this.#hearing();
    return answersIn(this.#received).slice(0, count);
  }

  /** What came so far, as it came. */
  get received(): string {
    return this.#received;
  }

  close(): void {
    this.socket.destroy();
  }

  #hearing(): Promise<void> {
    return new Promise((resolve) => (this.#heard = resolve));
  }
}

/** Sends the bytes on a connection of their own; resolves to the answers until the server closed. */
export async function exchange(url: string, ...parts: (string | Uint8Array)[]): Promise<RawAnswer[]> {
  const connection = await RawConnection.open(url);
  for (const part of parts) connection.send(part);
  return connection.ended();
}

function answersIn(text: string): RawAnswer[] {
  const answers: RawAnswer[] = [];
  for (let rest = text; rest !== '';) {
    const headEnd = rest.indexOf('\r\n\r\n');
    if (headEnd < 0) break;
    const [statusLine = '', ...lines] = rest.slice(0, headEnd).split('\r\n');
    const headers = Object.fromEntries(lines.map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), line.slice(line.indexOf(':') + 1).trim()]));
    const status = Number(statusLine.split(' ')[1]);
    const length = Number(headers['content-length'] ?? 0);
    const body = rest.slice(headEnd + 4, headEnd + 4 + length);
    if (body.length < length) break;
    // "100 Continue" announces an answer and is none.
    if (status !== 100) answers.push({ status, headers, json: jsonOf(body) });
    rest = rest.slice(headEnd + 4 + length);
  }
  return answers;
}

function jsonOf(text: string): Record<string, unknown> | undefined {
  try {
    return JSON.parse(text) as Record<string, unknown>;
  } catch {
    return undefined;
  }
}
