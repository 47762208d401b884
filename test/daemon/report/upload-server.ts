import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { StoredEvent } from '../../../daemon/base/events.ts';

export interface Uploaded {
  doorUuid: string;
  events: StoredEvent[];
  head: { seq: number; hash: string };
  gonePictures?: { kind: string }[];
}

/** What stands in for the backend where a test needs one that fails in a certain way. It lacks every picture it hears of. */
export class UploadServer {
  readonly uploads: Uploaded[] = [];
  /** Path and bytes of each picture. */
  readonly pictures: { path: string; bytes: Buffer }[] = [];
  /** Answers in place of the right one; the first that gives a status counts. */
  instead: (request: { path: string; upload: Uploaded | undefined }) => { status: number; body?: object } | 'hang' | undefined = () => undefined;
  /** The most requests that were under way at a time. */
  mostAtOnce = 0;
  readonly url: string;
  readonly #server: Server;
  #atOnce = 0;

  private constructor(server: Server) {
    this.#server = server;
    this.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
    server.on('request', (request, response) => void this.#serve(request, response));
  }

  static async open(port = 0): Promise<UploadServer> {
    const server = createServer();
    await new Promise<void>((resolve) => server.listen(port, '127.0.0.1', resolve));
    return new UploadServer(server);
  }

  /** The numbers of all events, in the order in which they came. */
  get seqs(): number[] {
    return this.uploads.flatMap(({ events }) => events.map(({ seq }) => seq));
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.mostAtOnce = Math.max(this.mostAtOnce, ++this.#atOnce);
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const bytes = Buffer.concat(chunks);
    const path = request.url ?? '';
    const upload = request.method === 'POST' ? JSON.parse(bytes.toString()) as Uploaded : undefined;
    const other = this.instead({ path, upload });
    this.#atOnce--;
    if (other === 'hang') return;
    if (other) return void response.writeHead(other.status, { 'content-type': 'application/json' }).end(JSON.stringify(other.body ?? {}));
    if (upload) this.uploads.push(upload);
    else this.pictures.push({ path, bytes });
    response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(upload ? acknowledgement(upload) : { stored: true }));
  }
}

function acknowledgement({ events }: Uploaded): object {
  const missingPictures = events.flatMap((event) => (event.type === 'evidence-stored' ? event.pictures.map(({ kind, sha256 }) => ({ attemptId: event.attemptId, kind, sha256 })) : []));
  return { acceptedThroughSeq: events.at(-1)?.seq ?? 0, missingPictures };
}
