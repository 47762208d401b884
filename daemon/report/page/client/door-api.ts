import type { Attempt, AttemptPage, AttemptSearch, CommandAnswer, Login, OutcomeWords, PageCommand, Pass, PassRequest, PictureKind, Problem, Session, Stats, Status } from '../api.ts';

/** What became of a call. `lost`: no answer came; whether a command was done is not known. */
export type Answer<Body> = { kind: 'answer'; body: Body } | { kind: 'refused'; status: number; problem: Problem } | { kind: 'lost' };

const LIMIT_MS = 4_000;
/** A command waits for the disk, a pass is drawn. */
const POST_LIMIT_MS = 10_000;

/** The calls to the daemon that serves this page. */
export class DoorApi {
  /** Of the session, sent with every change. */
  csrf: string | undefined;
  /** Called when a call is refused because whoever was logged in is not any more, or somebody else is, by another tab. */
  onSessionGone: () => void = () => undefined;

  session(): Promise<Answer<Session>> {
    return this.#get('api/session');
  }

  logIn(login: Login): Promise<Answer<Session>> {
    return this.#post('api/login', login);
  }

  logOut(): Promise<Answer<Session>> {
    return this.#post('api/logout', {});
  }

  status(): Promise<Answer<Status>> {
    return this.#get('api/status');
  }

  attempts(search: AttemptSearch): Promise<Answer<AttemptPage>> {
    const query = Object.entries(search).filter(([, value]) => value !== undefined && value !== '').map(([name, value]) => [name, String(value)]);
    return this.#get(`api/attempts?${String(new URLSearchParams(query as [string, string][]))}`);
  }

  outcomes(): Promise<Answer<OutcomeWords>> {
    return this.#get('api/outcomes');
  }

  stats(days: number): Promise<Answer<Stats>> {
    return this.#get(`api/stats?days=${days}`);
  }

  command(command: PageCommand): Promise<Answer<CommandAnswer>> {
    return this.#post('api/commands', command);
  }

  issuePass(request: PassRequest): Promise<Answer<Pass>> {
    return this.#post('api/passes', request);
  }

  #get<Body>(path: string): Promise<Answer<Body>> {
    return this.#ask(path, { signal: AbortSignal.timeout(LIMIT_MS) });
  }

  #post<Body>(path: string, body: object): Promise<Answer<Body>> {
    const headers = { 'content-type': 'application/json', ...(this.csrf !== undefined && { 'x-postern-csrf': this.csrf }) };
    return this.#ask(path, { method: 'POST', headers, body: JSON.stringify(body), signal: AbortSignal.timeout(POST_LIMIT_MS) });
  }

  async #ask<Body>(path: string, request: RequestInit): Promise<Answer<Body>> {
    try {
      const response = await fetch(path, { cache: 'no-store', credentials: 'same-origin', redirect: 'error', ...request });
      if (response.ok) return { kind: 'answer', body: (await response.json()) as Body };
      const problem = (await response.json()) as Problem;
      if (problem.error === 'login-needed' || problem.error === 'csrf') this.onSessionGone();
      return { kind: 'refused', status: response.status, problem };
    } catch {
      // No connection, no answer in time, or one that is cut off: to whoever looks, the door does not answer.
      return { kind: 'lost' };
    }
  }
}

export function pictureUrl({ id }: Attempt, kind: PictureKind): string {
  return `api/attempts/${encodeURIComponent(id)}/${kind}.jpg`;
}

/** What to tell whoever asked for something that was not done. */
export function problemOf(answer: Exclude<Answer<unknown>, { kind: 'answer' }>): string {
  if (answer.kind === 'lost') return 'The door did not answer. Look at its state before you try again.';
  const { message, retryAfterS } = answer.problem;
  return retryAfterS === undefined || /\d/.test(message) ? message : `${message} Try again in ${retryAfterS} s.`;
}
