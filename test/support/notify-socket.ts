import { spawn, type ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface, type Interface } from 'node:readline';

/** What systemd is to a service: a datagram socket that messages come to. Node has none, so Python listens. */
const RECEIVER = `
import socket, sys
s = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
s.bind(sys.argv[1])
print("listening", flush=True)
while True:
    print(s.recv(65536).decode("utf-8", "replace").strip().replace("\\n", " | "), flush=True)
`;

/** Hears what a service tells systemd. */
export class NotifySocket {
  readonly path: string;
  readonly heard: string[] = [];
  readonly #dir = mkdtempSync(join(tmpdir(), 'postern-notify-'));
  readonly #receiver: ChildProcess;
  readonly #lines: Interface;
  #changed: () => void = () => {};

  private constructor() {
    this.path = join(this.#dir, 'notify');
    const receiver = spawn('/usr/bin/python3', ['-c', RECEIVER, this.path], { stdio: ['ignore', 'pipe', 'inherit'] });
    this.#receiver = receiver;
    this.#lines = createInterface({ input: receiver.stdout });
    this.#lines.on('line', (line) => {
      // By which systemd-notify waits until it has been heard.
      if (line === 'BARRIER=1') return;
      this.heard.push(line);
      this.#changed();
    });
  }

  static async open(): Promise<NotifySocket> {
    const socket = new NotifySocket();
    await socket.hears((message) => message === 'listening');
    socket.heard.length = 0;
    return socket;
  }

  /** Resolves when a message that fits has come; the test's own limit ends it otherwise. */
  async hears(fits: (message: string) => boolean): Promise<void> {
    while (!this.heard.some(fits)) await new Promise<void>((resolve) => { this.#changed = resolve; });
  }

  async close(): Promise<void> {
    const ended = new Promise((resolve) => this.#receiver.once('close', resolve));
    this.#receiver.kill('SIGKILL');
    await ended;
    this.#lines.close();
    rmSync(this.#dir, { recursive: true });
  }
}
