import type { Session } from '../api.ts';
import { problemOf, type DoorApi } from './door-api.ts';
import { byId, setText } from './element.ts';
import { fieldText, FormDialog } from './form-dialog.ts';
import { plainText } from './plain-text.ts';

const NOBODY: Session = { may: [], reads: false, canLogIn: true, nowMs: 0 };

/** Who is logged in: the login, the way out, and what is shown to nobody. */
export class SessionView {
  readonly #api: DoorApi;
  readonly #onChange: (session: Session) => void;
  readonly #login: FormDialog;
  #session: Session = NOBODY;

  constructor(api: DoorApi, onChange: (session: Session) => void) {
    this.#api = api;
    this.#onChange = onChange;
    this.#login = new FormDialog(byId<HTMLDialogElement>('login'), (fields) => this.#logIn(fields));
    this.#login.dialog.addEventListener('close', () => this.#login.form.reset());
    for (const id of ['log-in', 'welcome-log-in']) byId(id).addEventListener('click', () => this.open());
    byId('log-out').addEventListener('click', () => void this.#logOut());
    api.onSessionGone = () => void this.refresh();
  }

  get session(): Session {
    return this.#session;
  }

  /** Asks the daemon; false when it does not answer. */
  async refresh(): Promise<boolean> {
    const answer = await this.#api.session();
    if (answer.kind !== 'answer') return false;
    const hadUser = this.#session.user !== undefined;
    this.#take(answer.body);
    if (hadUser && !answer.body.user) this.#tellEnd();
    return true;
  }

  /** Opens the login, with why where it was not asked for. */
  open(why = ''): void {
    const reason = byId('login-why');
    reason.hidden = why === '';
    setText(reason, why);
    this.#login.open();
  }

  async #logIn(fields: FormData): Promise<string | undefined> {
    const answer = await this.#api.logIn({ user: fieldText(fields, 'user'), password: fieldText(fields, 'password') });
    if (answer.kind !== 'answer') {
      const password = this.#login.form.elements.namedItem('password') as HTMLInputElement;
      password.value = '';
      password.focus();
      return problemOf(answer);
    }
    byId('notice').hidden = true;
    this.#take(answer.body);
    return undefined;
  }

  async #logOut(): Promise<void> {
    const answer = await this.#api.logOut();
    if (answer.kind === 'answer') this.#take(answer.body);
    else if (!(answer.kind === 'refused' && answer.status === 401)) this.#tell(problemOf(answer));
    byId('log-in').focus();
  }

  /** What is on the page stays, and so does what was filled in. */
  #tellEnd(): void {
    if (document.querySelector('dialog[open]')) this.open('Your session has ended. Log in again, then send it once more.');
    else this.#tell('Your session has ended. Log in again for pictures and to act on the door.');
  }

  #tell(text: string): void {
    const notice = byId('notice');
    notice.hidden = false;
    setText(notice, text);
  }

  #take(session: Session): void {
    this.#session = session;
    this.#api.csrf = session.csrf;
    const { user, canLogIn, loginHint, reads } = session;
    byId('who').hidden = false;
    setText(byId('user'), user ? `${plainText(user.name, 64)} (${user.role})` : '');
    byId('log-in').hidden = user !== undefined || !canLogIn;
    byId('log-out').hidden = user === undefined;
    byId('welcome').hidden = reads;
    byId('welcome-log-in').hidden = !canLogIn;
    setText(byId('welcome-text'), canLogIn ? 'From another machine the page is shown to those who have a name and a password here.' : `Nobody can log in yet. ${loginHint ?? ''}`);
    this.#onChange(session);
  }
}
