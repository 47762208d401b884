import type { SmtpConfig } from '../../../config/sections/backend-smtp.ts';
import { mailbox, type MailAddress } from './mail-address.ts';
import type { Mailer } from './mailer.ts';
import type { PassFacts } from './pass-facts.ts';
import { passMail, type MailedPass } from './pass-mail.ts';

/** Mails passes in one sender's name. */
export class PassPost {
  readonly #mailer: Mailer;
  readonly #from: MailAddress;
  readonly #replyTo: MailAddress | undefined;

  /** Throws PosternError('usage') for a sender that is no address. */
  constructor(smtp: SmtpConfig, mailer: Mailer) {
    this.#mailer = mailer;
    this.#from = mailbox(smtp.from, 'Whom the mail comes from (--mail-from, smtp.from)');
    this.#replyTo = smtp.replyTo === undefined ? undefined : mailbox(smtp.replyTo, 'Whom an answer goes to (--reply-to, smtp.replyTo)');
  }

  /** Rejects PosternError as Mailer.send. */
  send(facts: PassFacts, to: MailAddress, code: MailedPass['code']): Promise<void> {
    return this.#mailer.send(passMail({ from: this.#from, replyTo: this.#replyTo, to, facts, code }));
  }
}
