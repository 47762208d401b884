import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { SMTPServer, type SMTPServerOptions } from 'smtp-server';

/** A mail as the server got it. */
export interface ReceivedMail {
  from: string;
  to: string[];
  /** Whether the connection was TLS by then. */
  secure: boolean;
  user: string | undefined;
  raw: string;
}

export interface MailPart {
  headers: Record<string, string>;
  content: Buffer;
  parts: MailPart[];
}

/** A certificate for 127.0.0.1 and localhost that nobody trusts unless told. */
export function selfSigned(dir: string): { key: Buffer; cert: Buffer; certFile: string } {
  const [keyFile, certFile] = [join(dir, 'smtp.key'), join(dir, 'smtp.crt')];
  execFileSync('openssl', ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-keyout', keyFile, '-out', certFile, '-days', '2', '-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost,IP:127.0.0.1'], { stdio: 'ignore' });
  return { key: readFileSync(keyFile), cert: readFileSync(certFile), certFile };
}

/** A real SMTP server that keeps what it is given. */
export class MailServer {
  readonly mails: ReceivedMail[] = [];
  readonly #server: SMTPServer;
  /** Asked before a mail is acknowledged; what it throws is the server's refusal, what never resolves leaves it open. */
  before: (mail: ReceivedMail, count: number) => void | Promise<void> = () => undefined;

  constructor(options: SMTPServerOptions) {
    this.#server = new SMTPServer({
      authOptional: true, logger: false, ...options,
      onAuth: (auth, _, done) => auth.username === 'reception' && auth.password === 'open#sesame' ? done(null, { user: auth.username }) : done(new Error('no')),
      onRcptTo: (address, _, done) => address.address.startsWith('refused') ? done(Object.assign(new Error('no such mailbox'), { responseCode: 550 })) : done(),
      onData: (stream, session, done) => {
        const chunks: Buffer[] = [];
        stream.on('data', (chunk: Buffer) => chunks.push(chunk));
        stream.on('end', () => {
          const { mailFrom, rcptTo } = session.envelope;
          const mail: ReceivedMail = { from: mailFrom ? mailFrom.address : '', to: rcptTo.map((it) => it.address), secure: session.secure, user: (session.user as string | false | undefined) || undefined, raw: Buffer.concat(chunks).toString('latin1') };
          this.mails.push(mail);
          Promise.resolve(this.before(mail, this.mails.length)).then(() => done(), (error: Error) => done(error));
        });
      },
    });
    // A client that is killed in the middle is what some tests are about.
    this.#server.on('error', () => undefined);
  }

  listen(): Promise<number> {
    return new Promise((resolve) => {
      const server = this.#server.listen(0, '127.0.0.1', () => resolve((server.address() as AddressInfo).port));
    });
  }

  close(): Promise<void> {
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }
}

/** A mail taken apart (RFC 2045, 2046), headers decoded (RFC 2047). */
export function partsOf(raw: string): MailPart {
  const [, head = '', body = ''] = /^(.*?)\r\n\r\n(.*)$/s.exec(raw) ?? [];
  const headers = Object.fromEntries(head.replace(/\r\n[ \t]+/g, ' ').split('\r\n').map((line) => [line.slice(0, line.indexOf(':')).toLowerCase(), decodedWords(line.slice(line.indexOf(':') + 1).trim())]));
  const boundary = /boundary="?([^";]+)"?/.exec(headers['content-type'] ?? '')?.[1];
  if (boundary === undefined) return { headers, content: contentOf(body, headers['content-transfer-encoding'] ?? ''), parts: [] };
  const parts = body.split(new RegExp(`(?:^|\r\n)--${boundary.replaceAll(/[^\w]/g, '\\$&')}(?:--)?\r\n`)).slice(1, -1);
  return { headers, content: Buffer.alloc(0), parts: parts.map(partsOf) };
}

/** Every part that holds something, by its content type. */
export function leavesOf(part: MailPart): Record<string, MailPart> {
  if (part.parts.length > 0) return Object.assign({}, ...part.parts.map(leavesOf)) as Record<string, MailPart>;
  return { [(part.headers['content-type'] ?? '').split(';')[0] ?? '']: part };
}

function contentOf(body: string, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(body, 'base64');
  if (encoding === 'quoted-printable') return Buffer.from(body.replace(/=\r\n/g, '').replace(/=([0-9A-F]{2})/g, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))), 'latin1');
  return Buffer.from(body, 'latin1');
}

function decodedWords(text: string): string {
  return text.replace(/(\?=) +(?==\?)/g, '$1').replace(/=\?utf-8\?([QB])\?([^?]*)\?=/gi, (_, kind: string, word: string) =>
    kind.toUpperCase() === 'B' ? Buffer.from(word, 'base64').toString() : contentOf(word.replaceAll('_', ' '), 'quoted-printable').toString());
}
