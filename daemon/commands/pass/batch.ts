import { messageOf, PosternError } from '../../base/errors.ts';
import type { Attendee } from './attendee.ts';
import type { BatchFiles } from './batch-files.ts';
import type { BatchJournal, JournalEntry } from './batch-journal.ts';
import type { IssuedPass, PassDesk } from './pass-desk.ts';
import type { MailedPass } from './pass-mail.ts';
import type { PassPost } from './pass-post.ts';
import type { PassRequest } from './pass-request.ts';
import type { ResultRow } from './results-file.ts';

export interface BatchOptions {
  desk: PassDesk;
  journal: BatchJournal;
  files: BatchFiles;
  /** Absent: nothing is mailed. */
  post: PassPost | undefined;
  /** Every pass a web pass, not only those whose code changes. */
  links: boolean;
  /** Mails again what may have arrived already. */
  resendUnknown: boolean;
}

/** What came of a row, and why not where it failed. */
export interface RowOutcome {
  result: ResultRow;
  fault: PosternError | undefined;
}

const UNKNOWN = 'unknown whether the mail arrived: it was being handed over when this was interrupted. It is not sent again unless --resend-unknown';

/**
 * INVARIANTS
 * - A row asks for its code under one requestId, so that however often it is tried it has one code.
 * - A code that was found wrong is revoked, and only then does the row ask under another one.
 * - `sending` is on disk before a mail goes; a row found so is not mailed again by itself.
 */
export class Batch {
  readonly #o: BatchOptions;

  constructor(options: BatchOptions) {
    this.#o = options;
  }

  /** What stands in the journal and is not worked on again, as rows of the results. */
  known(people: Attendee[]): ResultRow[] {
    const listed = new Set(people.map((person) => person.key));
    return [...this.#o.journal.entries.values()].filter((entry) => this.#isSettled(entry) || (!listed.has(entry.row) && entry.tokenId !== '')).map(resultOf);
  }

  /** True for a row that needs nothing more. */
  isSettled(person: Attendee): boolean {
    const entry = this.#o.journal.entries.get(person.key);
    return entry !== undefined && this.#isSettled(entry);
  }

  /** True for a row whose mail may or may not have arrived. */
  isUnknown({ key }: Attendee): boolean {
    return this.#o.journal.entries.get(key)?.state === 'sending';
  }

  /** Rows that have a code and are not on the list any more. */
  strays(people: Attendee[]): JournalEntry[] {
    const listed = new Set(people.map((person) => person.key));
    return [...this.#o.journal.entries.values()].filter((entry) => !listed.has(entry.row) && entry.tokenId !== '');
  }

  /** Does what a row still needs. Rejects PosternError for what no other row would be spared either, as a backend that is not there; the row stands as it was. */
  async row(person: Attendee): Promise<RowOutcome> {
    if ('fault' in person.wanted) return { result: { ...blank(person), error: person.wanted.fault }, fault: new PosternError('row-bad', person.wanted.fault) };
    try {
      const entry = await this.#made(person, person.wanted.request);
      return { result: resultOf(entry), fault: undefined };
    } catch (thrown) {
      if (!(thrown instanceof PosternError) || isOfAll(thrown)) throw thrown;
      return { result: { ...resultOf(this.#failed(person, thrown)), error: messageOf(thrown) }, fault: thrown };
    }
  }

  async #made(person: Attendee, request: PassRequest): Promise<JournalEntry> {
    const { desk, post } = this.#o;
    const before = this.#entry(person);
    const pass = await desk.issue(request, `${this.#o.journal.batch}.${person.key}.${before.attempt}`);
    const issued = this.#put({ ...before, state: 'issued', tokenId: pass.tokenId, expiresAt: new Date(pass.untilMs).toISOString() });
    const { file, code } = await this.#filed(person, pass);
    const filed = { ...issued, file };
    if (!post || request.email === undefined) return this.#put({ ...filed, state: 'done' });
    this.#put({ ...filed, state: 'sending' });
    await post.send(pass, { name: request.name, address: request.email }, code);
    return this.#put({ ...filed, state: 'done', isMailed: true });
  }

  /** What a failure leaves. After `mail-unknown` the row stays at `sending`; a mail that was not taken is tried again another time. */
  #failed(person: Attendee, { code }: PosternError): JournalEntry {
    const entry = this.#entry(person);
    if (code === 'mail-unknown') return entry;
    if (code === 'pass-bad') return this.#put({ ...entry, state: 'failed', attempt: entry.attempt + 1, tokenId: '', expiresAt: '', file: '' });
    return this.#put({ ...entry, state: 'failed' });
  }

  /** The pass in its file, tested as it lies there. A link that is there already is the one: another would end it. */
  async #filed(person: Attendee, pass: IssuedPass): Promise<{ file: string; code: MailedPass['code'] }> {
    const { desk, files, links } = this.#o;
    const { rotating } = pass.asked.request;
    const isLink = links || rotating;
    const file = files.nameOf(person, isLink ? 'link.txt' : 'png');
    if (!isLink) {
      await files.write(file, pass.picture);
      const picture = files.read(file);
      await desk.test(pass, picture);
      return { file, code: { picture } };
    }
    if (!files.has(file)) await files.write(file, Buffer.from(`${await desk.link(pass)}\n`));
    return { file, code: { link: Buffer.from(files.read(file)).toString().trim(), isChanging: rotating } };
  }

  #isSettled(entry: JournalEntry): boolean {
    const { post, resendUnknown } = this.#o;
    switch (entry.state) {
      case 'done': return entry.isMailed || !post;
      case 'sending': return !(post && resendUnknown);
      case 'issued': case 'failed': return false;
    }
  }

  #entry({ key, name, email }: Attendee): JournalEntry {
    return this.#o.journal.entries.get(key) ?? { row: key, name, email, state: 'failed', attempt: 1, tokenId: '', expiresAt: '', file: '', isMailed: false };
  }

  #put(entry: JournalEntry): JournalEntry {
    this.#o.journal.put(entry);
    return entry;
  }
}

function blank({ name, email }: Attendee): ResultRow {
  return { name, email, file: '', expiresAt: '', tokenId: '', error: '' };
}

function resultOf({ name, email, file, expiresAt, tokenId, state }: JournalEntry): ResultRow {
  return { name, email, file, expiresAt, tokenId, error: state === 'sending' ? UNKNOWN : '' };
}

/** What no other row would be spared either: the backend or the disk is gone, or the key is not good any more. */
function isOfAll({ code, transient }: PosternError): boolean {
  return (transient && !code.startsWith('mail-')) || ['storage', 'no-key', 'wrong-key', 'wrong-role'].includes(code);
}
