import { Readable } from 'node:stream';
import type { SendMailOptions } from 'nodemailer';
import MailComposer from 'nodemailer/lib/mail-composer';
import SMTPConnection from 'nodemailer/lib/smtp-connection';
import type { SmtpConfig } from '../../../config/sections/backend-smtp.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import { readPassword } from '../key-files.ts';

/**
 * Hands mails to one server, each over a connection of its own: a pool would hand a mail over again by itself when its
 * connection breaks, and nobody is to get a pass twice. With `starttls` nothing is said before the connection is TLS
 * (RFC 3207), and a server that does not offer it is refused; certificates are checked.
 */
export class Mailer {
  readonly #smtp: SmtpConfig;
  readonly #password: string | undefined;

  /** Throws PosternError('key-file'). */
  constructor(smtp: SmtpConfig) {
    this.#smtp = smtp;
    this.#password = smtp.passwordFile === undefined ? undefined : readPassword(smtp.passwordFile);
  }

  /**
   * Resolves when the server has taken the mail. Rejects PosternError: 'mail-refused' when the server said no to this one,
   * 'mail-unreachable' (transient) when it was not handed over, 'mail-unknown' when the connection was lost after it may have been taken.
   */
  async send(mail: SendMailOptions): Promise<void> {
    const composed = new MailComposer(mail).compile();
    const [bytes, envelope] = [await composed.build(), composed.getEnvelope()];
    const handedOver = new HandedOver(bytes);
    const connection = this.#connection();
    try {
      await this.#speak(connection, async (step) => {
        await step((done) => connection.connect(done));
        const { user } = this.#smtp;
        if (user !== undefined) await step((done) => connection.login({ user, pass: this.#password ?? '' }, done));
        await step((done) => connection.send({ from: envelope.from || false, to: envelope.to, size: bytes.length }, handedOver.stream, done));
      });
    } catch (thrown) {
      throw mailError(thrown, `${this.#smtp.host}:${this.#smtp.port}`, handedOver.isBegun);
    } finally {
      connection.close();
    }
  }

  /** Runs the steps of a conversation; a connection that breaks ends the one it is at. */
  async #speak(connection: SMTPConnection, steps: (step: (begin: (done: (error?: Error | null) => void) => void) => Promise<void>) => Promise<void>): Promise<void> {
    const broken = new Promise<never>((_, reject) => {
      connection.once('error', reject);
      connection.once('end', () => reject(new Error('the server closed the connection')));
    });
    broken.catch(() => undefined);
    await steps((begin) => Promise.race([broken, new Promise<void>((resolve, reject) => begin((error) => error ? reject(error) : resolve()))]));
  }

  #connection(): SMTPConnection {
    const { host, port, security, timeoutS } = this.#smtp;
    const timeoutMs = timeoutS * 1000;
    return new SMTPConnection({
      host, port, secure: security === 'tls', requireTLS: security === 'starttls', ignoreTLS: security === 'none', tls: { minVersion: 'TLSv1.2' },
      connectionTimeout: timeoutMs, greetingTimeout: timeoutMs, socketTimeout: timeoutMs,
    });
  }
}

/** A mail's bytes, which remember whether the server has asked for them (RFC 5321 §4.1.1.4: after its 354). */
class HandedOver {
  isBegun = false;
  readonly stream: Readable;

  constructor(bytes: Uint8Array) {
    this.stream = new Readable({
      read: () => {
        this.isBegun = true;
        this.stream.push(bytes);
        this.stream.push(null);
      },
    });
  }
}

interface SmtpFault {
  code?: string;
  responseCode?: number;
}

function mailError(thrown: unknown, server: string, mayBeTaken: boolean): PosternError {
  const { code, responseCode = 0 } = thrown as SmtpFault;
  const why = messageOf(thrown).replace(/\s+/g, ' ');
  const isOfConnection = code === 'EAUTH' || code === 'ETLS';
  if (responseCode >= 500 && !isOfConnection) return new PosternError('mail-refused', `The mail server ${server} refused the mail: ${why}`, { cause: thrown });
  if (mayBeTaken && responseCode === 0) return new PosternError('mail-unknown', `The connection to ${server} was lost while the mail was handed over: ${why}`, { cause: thrown });
  return new PosternError('mail-unreachable', `The mail server ${server} did not take the mail: ${why}${mendOf(code)}`, { cause: thrown, transient: true });
}

function mendOf(code: string | undefined): string {
  switch (code) {
    case 'EAUTH': return '. Check the user and the password file.';
    case 'ETLS': return '. It must offer STARTTLS with a certificate that this machine trusts (NODE_EXTRA_CA_CERTS names further ones); for TLS from the first byte set the security to tls.';
    case 'ESOCKET': case 'ECONNECTION': case 'EDNS': return '. Check its host and port.';
    default: return '';
  }
}
