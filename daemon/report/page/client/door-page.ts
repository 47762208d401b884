import type { Session, Stats, Status } from '../api.ts';
import { ActionsView } from './actions-view.ts';
import { AlarmsView } from './alarms-view.ts';
import { AttemptsView } from './attempts-view.ts';
import { commandSender } from './command-sender.ts';
import { ConfirmDialog } from './confirm-dialog.ts';
import type { DoorApi } from './door-api.ts';
import { DoorTime, nameOfDay, span } from './door-time.ts';
import { DoorWatch } from './door-watch.ts';
import { byId, setText } from './element.ts';
import { LiveView } from './live-view.ts';
import { NumbersView } from './numbers-view.ts';
import { PartsView } from './parts-view.ts';
import { PassDialog } from './pass-dialog.ts';
import { PassageDialog } from './passage-dialog.ts';
import { plainText } from './plain-text.ts';
import { SessionView } from './session-view.ts';
import { StateView } from './state-view.ts';
import { clockWords, stateWords } from './words.ts';

/** A session ends without a request of the page, too. */
const SESSION_EVERY_MS = 60_000;

/** The page as a whole: what it hears of the door goes to the views, what is asked of it to the door. */
export class DoorPage {
  readonly #api: DoorApi;
  readonly #session: SessionView;
  readonly #state = new StateView();
  readonly #alarms = new AlarmsView();
  readonly #parts = new PartsView();
  readonly #numbers = new NumbersView();
  readonly #live = new LiveView(() => this.#session.open());
  readonly #attempts: AttemptsView;
  readonly #actions: ActionsView;
  readonly #watch: DoorWatch;
  readonly #announcer = byId('announcer');
  #time = new DoorTime('UTC');
  #status: Status | undefined;
  /** By this browser's steady clock. */
  #heardMs = 0;
  #isLost = false;

  constructor(api: DoorApi) {
    this.#api = api;
    this.#session = new SessionView(api, (session) => this.#sessionChanged(session));
    this.#watch = new DoorWatch({
      api,
      onStatus: (status) => this.#show(status),
      onStats: (stats) => this.#showStats(stats),
      onLost: () => this.#lost(),
      onBack: () => void this.#session.refresh(),
    });
    this.#attempts = new AttemptsView(api, this.#time);
    this.#actions = this.#makeActions();
  }

  start(): void {
    void this.#session.refresh();
    this.#watch.now();
    setInterval(() => this.#tick(), 1_000);
    setInterval(() => void this.#session.refresh(), SESSION_EVERY_MS);
  }

  #makeActions(): ActionsView {
    const send = commandSender(this.#api, byId('told'), () => this.#watch.now());
    const confirm = new ConfirmDialog(send);
    const passage = new PassageDialog(send, () => ({ time: this.#time, nowMs: this.#nowMs }));
    const pass = new PassDialog(this.#api);
    return new ActionsView({
      confirm: (question) => confirm.ask(question),
      choosePassage: () => passage.open(),
      issuePass: () => pass.open(plainText(this.#status?.door.name ?? ''), this.#time, this.#nowMs),
    });
  }

  /** What the door's clock shows now, as far as is known here. */
  get #nowMs(): number {
    return this.#status ? this.#status.nowMs + performance.now() - this.#heardMs : 0;
  }

  #sessionChanged(session: Session): void {
    if (!session.reads) byId('content').hidden = true;
    this.#live.update(session, this.#isLost);
    this.#watch.now();
  }

  #showStats(stats: Stats): void {
    if (stats.timeZone !== this.#time.zone) this.#time = new DoorTime(stats.timeZone);
    this.#numbers.show(stats);
  }

  #show(status: Status): void {
    if (this.#status && this.#status.version !== status.version && !document.querySelector('dialog[open]')) return location.reload();
    const before = this.#status;
    const { session } = this.#session;
    this.#status = status;
    this.#heardMs = performance.now();
    this.#setLost(false);
    byId('content').hidden = false;
    this.#state.show(status, this.#time);
    this.#alarms.show(status.alarms, this.#time, status.nowMs);
    this.#actions.show(session, status);
    this.#attempts.show(status, session, this.#time);
    this.#parts.show(status);
    this.#live.update(session, false);
    this.#name(status);
    this.#announce(before, status);
    this.#tick();
  }

  #name({ door, alarms, version, startedAtMs, nowMs, clock }: Status): void {
    const name = plainText(door.name);
    const marks = alarms.some(({ severity }) => severity === 'critical') ? '⚠ ' : '';
    document.title = `${marks}${stateWords[door.state].word} – ${plainText(door.name, 60)}`;
    setText(byId('door-name'), name);
    setText(byId('about'), `${clockWords[clock]} Postern ${plainText(version, 40)}, running for ${span(nowMs - startedAtMs)}.`);
  }

  /** To whoever hears the page: a change, once, when there is nothing more urgent to say. */
  #announce(before: Status | undefined, now: Status): void {
    if (!before) return;
    const isNew = (name: string): boolean => !before.alarms.some((alarm) => alarm.name === name);
    // A note is no more than the door's state says in its own words.
    const alarms = now.alarms.filter(({ name, severity }) => severity !== 'info' && isNew(name)).map(({ text }) => `Alarm: ${plainText(text)}`);
    const state = before.door.state === now.door.state ? [] : [`The door is now: ${stateWords[now.door.state].word}.`];
    if (alarms.length + state.length > 0) setText(this.#announcer, [...alarms, ...state].join(' '));
  }

  #lost(): void {
    this.#setLost(true);
    this.#live.update(this.#session.session, true);
  }

  /** An old "locked" must not look like a present one. */
  #setLost(isLost: boolean): void {
    if (isLost === this.#isLost && byId('lost').hidden === !isLost) return;
    this.#isLost = isLost;
    const since = this.#status ? ` since ${this.#time.exact(this.#status.nowMs, this.#nowMs)}` : '';
    setText(byId('lost'), isLost ? `The door does not answer${since}. ${this.#status ? 'What is below is old. ' : ''}The page goes on asking.` : '');
    byId('lost').hidden = !isLost;
    byId('main').classList.toggle('stale', isLost);
    if (isLost) document.title = 'No answer from the door';
  }

  #tick(): void {
    if (!this.#status || this.#isLost) return;
    const nowMs = this.#nowMs;
    const own = Intl.DateTimeFormat().resolvedOptions().timeZone;
    setText(byId('door-clock'), `${this.#time.time(nowMs)}, ${nameOfDay(this.#time.date(nowMs))} (${own === this.#time.zone ? '' : 'the door\'s time, '}${this.#time.zone})`);
  }
}
