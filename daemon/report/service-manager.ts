import { spawn, type ChildProcessByStdio } from 'node:child_process';
import type { Readable, Writable } from 'node:stream';
import { messageOf } from '../base/errors.ts';
import type { Logger } from '../base/logger.ts';

/** What systemd tells a service by its environment (sd_notify(3), sd_watchdog_enabled(3)). */
export interface ServiceEnvironment {
  NOTIFY_SOCKET?: string | undefined;
  WATCHDOG_USEC?: string | undefined;
  WATCHDOG_PID?: string | undefined;
}

export interface ServiceManagerOptions {
  env: ServiceEnvironment;
  log: Logger;
  /** The program that takes a message as its argument. */
  program?: string;
}

/**
 * Each line of its input is one message. It is a shell of its own for as long as the daemon runs: Node has no datagram
 * sockets for systemd's, and a fork of the daemon itself for each message would hold its loop for milliseconds.
 */
const MESSENGER = 'while IFS= read -r message; do "$0" "$message"; done';
type Messenger = ChildProcessByStdio<Writable, null, Readable>;

/** No status line is longer; more would be cut off on the terminal anyway. */
const MAX_STATUS_CHARS = 200;

/** The daemon's end of systemd's notification protocol; does nothing where there is no systemd. */
export class ServiceManager {
  /** How often systemd wants to hear `beat`: half of its watchdog's time. Undefined without a watchdog. */
  readonly beatEveryMs: number | undefined;
  readonly #o: ServiceManagerOptions;
  readonly #isThere: boolean;
  #messenger: Messenger | undefined;
  #status = '';
  #closed = false;

  constructor(options: ServiceManagerOptions) {
    this.#o = options;
    this.#isThere = (options.env.NOTIFY_SOCKET ?? '') !== '';
    this.beatEveryMs = this.#isThere ? beatEveryMs(options.env) : undefined;
  }

  /** The relay is at rest, the camera looked at: other units may start. */
  ready(): void {
    this.#send('READY=1');
  }

  /** One sentence for `systemctl status`. */
  status(sentence: string): void {
    const status = sentence.replaceAll(/\s+/g, ' ').slice(0, MAX_STATUS_CHARS);
    if (status === this.#status) return;
    this.#status = status;
    this.#send(`STATUS=${status}`);
  }

  beat(): void {
    this.#send('WATCHDOG=1');
  }

  stopping(): void {
    this.#send('STOPPING=1');
  }

  /** Sends nothing more; resolves when what was sent has been taken. */
  async close(): Promise<void> {
    this.#closed = true;
    const messenger = this.#messenger;
    if (!messenger) return;
    const ended = new Promise((resolve) => messenger.once('close', resolve));
    messenger.stdin.end();
    await ended;
  }

  #send(message: string): void {
    if (!this.#isThere || this.#closed) return;
    this.#messenger ??= this.#start();
    this.#messenger.stdin.write(`${message}\n`);
  }

  #start(): Messenger {
    const messenger = spawn('/bin/sh', ['-c', MESSENGER, this.#o.program ?? 'systemd-notify'], { stdio: ['pipe', 'ignore', 'pipe'] });
    const gone = (why: string): void => {
      if (this.#messenger !== messenger) return;
      this.#messenger = undefined;
      if (!this.#closed) this.#o.log.warn(`systemd cannot be told how the daemon is: ${why}`);
    };
    messenger.stderr.setEncoding('utf8').on('data', (text: string) => this.#o.log.warn(`systemd-notify: ${text.trim()}`));
    messenger.stdin.on('error', (error) => gone(messageOf(error)));
    messenger.on('error', (error) => gone(messageOf(error))).on('exit', () => gone('its messenger ended'));
    return messenger;
  }
}

/** Of another process's watchdog nothing is to be fed. */
function beatEveryMs({ WATCHDOG_USEC, WATCHDOG_PID }: ServiceEnvironment): number | undefined {
  const usec = Number(WATCHDOG_USEC);
  if (!(usec > 0) || (WATCHDOG_PID !== undefined && Number(WATCHDOG_PID) !== process.pid)) return undefined;
  return usec / 1_000 / 2;
}
