import type { Attempt, AttemptSearch, OutcomeWords, Session, Status } from '../api.ts';
import { attemptRow } from './attempt-row.ts';
import { reasonOptions, searchOf } from './attempt-search.ts';
import { problemOf, type DoorApi } from './door-api.ts';
import type { DoorTime } from './door-time.ts';
import { byId, h, setText } from './element.ts';
import { PictureDialog } from './picture-dialog.ts';

/** Rows of the list as it is first seen. */
const LATEST = 8;
const PAGE = 20;
const PICTURES_KEY = 'postern-pictures';

/** Who came: the latest as they come, or what is searched for. */
export class AttemptsView {
  readonly #api: DoorApi;
  readonly #list = byId('attempt-list');
  readonly #told = byId('attempts-told');
  readonly #form = byId<HTMLFormElement>('search');
  readonly #toggle = byId('search-toggle');
  readonly #older = byId<HTMLButtonElement>('older');
  readonly #newer = byId<HTMLButtonElement>('newer');
  readonly #thumbs = byId<HTMLInputElement>('thumbs');
  readonly #pictures = new PictureDialog();
  /** Rows that stand, by what they show: a picture is not loaded again because someone else came. */
  #rows = new Map<string, HTMLLIElement>();
  #latest: Attempt[] = [];
  /** Undefined: the latest are shown as they come. */
  #search: AttemptSearch | undefined;
  #found: Attempt[] = [];
  #time: DoorTime;
  #nowMs = 0;
  #words: OutcomeWords | undefined;

  constructor(api: DoorApi, time: DoorTime) {
    this.#api = api;
    this.#time = time;
    this.#thumbs.checked = localStorage.getItem(PICTURES_KEY) !== 'off';
    this.#thumbs.addEventListener('change', () => {
      localStorage.setItem(PICTURES_KEY, this.#thumbs.checked ? 'on' : 'off');
      this.#render();
    });
    this.#toggle.addEventListener('click', () => this.#openSearch(this.#form.hasAttribute('hidden')));
    this.#form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#find(searchOf(new FormData(this.#form), this.#time));
    });
    this.#form.addEventListener('reset', () => this.#backToLatest());
    (this.#form.elements.namedItem('outcome') as HTMLSelectElement).addEventListener('change', () => this.#offerReasons());
    this.#older.addEventListener('click', () => void this.#goOn());
    this.#newer.addEventListener('click', () => this.#backToLatest());
  }

  show({ attempts, nowMs }: Status, session: Session, time: DoorTime): void {
    this.#latest = attempts;
    this.#nowMs = nowMs;
    this.#time = time;
    byId('thumbs-label').hidden = !session.may.includes('see-pictures');
    if (!this.#search) this.#render();
  }

  #openSearch(isOpen: boolean): void {
    this.#form.hidden = !isOpen;
    this.#toggle.setAttribute('aria-expanded', String(isOpen));
    if (!isOpen) return this.#form.reset();
    this.#form.querySelector('select')?.focus();
    if (!this.#words) void this.#loadWords();
  }

  async #loadWords(): Promise<void> {
    const answer = await this.#api.outcomes();
    if (answer.kind !== 'answer') return;
    this.#words = answer.body;
    this.#offerReasons();
  }

  #offerReasons(): void {
    const { value } = this.#form.elements.namedItem('outcome') as HTMLSelectElement;
    if (this.#words) (this.#form.elements.namedItem('reason') as HTMLSelectElement).replaceChildren(...reasonOptions(this.#words, value));
  }

  /** The latest, and then on from where they end. */
  async #goOn(): Promise<void> {
    if (this.#search) return this.#more(this.#search);
    const before = this.#latest.slice(0, LATEST).at(-1)?.seq;
    this.#found = this.#latest.slice(0, LATEST);
    await this.#more({ ...(before !== undefined && { before }) });
  }

  async #find(search: AttemptSearch): Promise<void> {
    this.#found = [];
    await this.#more(search);
  }

  async #more(search: AttemptSearch): Promise<void> {
    this.#search = search;
    this.#older.disabled = true;
    const answer = await this.#api.attempts({ ...search, limit: PAGE });
    this.#older.disabled = false;
    if (this.#search !== search) return;
    if (answer.kind !== 'answer') return setText(this.#told, problemOf(answer));
    const { attempts, nextBefore, searchedToMs } = answer.body;
    this.#found = [...this.#found, ...attempts];
    if (nextBefore !== undefined) this.#search = { ...search, before: nextBefore };
    const count = `${this.#found.length === 1 ? '1 attempt' : `${this.#found.length} attempts`}`;
    const reach = nextBefore === undefined ? '' : searchedToMs === undefined ? ' so far' : ` back to ${this.#time.exact(searchedToMs, this.#nowMs)}`;
    setText(this.#told, `${count}${reach}.${nextBefore === undefined ? ' There are no older ones.' : ''}`);
    this.#older.hidden = nextBefore === undefined;
    this.#render();
  }

  #backToLatest(): void {
    this.#search = undefined;
    setText(this.#told, '');
    this.#render();
  }

  #render(): void {
    const attempts = this.#search ? this.#found : this.#latest.slice(0, LATEST);
    this.#newer.hidden = !this.#search;
    if (!this.#search) this.#older.hidden = this.#latest.length < LATEST;
    const rows = new Map(attempts.map((attempt) => {
      const key = JSON.stringify([attempt.id, attempt.seq, attempt.pictures.length, attempt.text, this.#thumbs.checked, this.#time.date(this.#nowMs)]);
      return [key, this.#rows.get(key) ?? this.#row(attempt)] as const;
    }));
    if ([...rows.keys()].join() === [...this.#rows.keys()].join() && this.#list.childElementCount > 0) return;
    this.#rows = rows;
    const nothing = h('li', { class: 'nothing' }, this.#search ? 'Nothing fits this search.' : 'Nobody has come yet.');
    place(this.#list, rows.size > 0 ? [...rows.values()] : [nothing]);
  }

  #row(attempt: Attempt): HTMLLIElement {
    return attemptRow({
      attempt, time: this.#time, nowMs: this.#nowMs, withPictures: this.#thumbs.checked,
      onPicture: (of, kind) => this.#pictures.open(of, kind, this.#time, this.#nowMs),
    });
  }
}

/** Makes `wanted` the children of `list` without taking out what stays: the focus is in it, maybe. */
function place(list: HTMLElement, wanted: HTMLElement[]): void {
  for (const child of [...list.children]) if (!wanted.includes(child as HTMLElement)) child.remove();
  wanted.forEach((row, i) => {
    if (list.children[i] !== row) list.insertBefore(row, list.children[i] ?? null);
  });
}
