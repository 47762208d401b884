import type { Attempt, PictureKind } from '../api.ts';
import { pictureUrl } from './door-api.ts';
import type { DoorTime } from './door-time.ts';
import { byId, h, setText } from './element.ts';
import { closable } from './form-dialog.ts';
import { plainText } from './plain-text.ts';
import { attemptText, pictureWords } from './words.ts';

/** One attempt's pictures, large; the arrow keys go from one to the next. */
export class PictureDialog {
  readonly #dialog = closable(byId<HTMLDialogElement>('picture'));
  readonly #title = byId('picture-title');
  readonly #large = byId<HTMLImageElement>('picture-large');
  readonly #gone = byId('picture-gone');
  readonly #text = byId('picture-text');
  readonly #kinds = byId('picture-kinds');
  #step: (by: -1 | 1) => void = () => undefined;

  constructor() {
    this.#large.addEventListener('error', () => this.#setGone(true));
    this.#dialog.addEventListener('keydown', ({ key }) => {
      if (key === 'ArrowLeft') this.#step(-1);
      if (key === 'ArrowRight') this.#step(1);
    });
    // What was looked at does not stay in the page.
    this.#dialog.addEventListener('close', () => this.#large.removeAttribute('src'));
  }

  open(attempt: Attempt, first: PictureKind, time: DoorTime, nowMs: number): void {
    const kinds = attempt.pictures.map(({ kind }) => kind);
    const buttons = kinds.map((kind) => h('button', { type: 'button', class: 'plain', click: () => show(kind) }, pictureWords[kind]));
    let shown = first;
    const show = (kind: PictureKind): void => {
      shown = kind;
      this.#setGone(false);
      this.#large.src = pictureUrl(attempt, kind);
      this.#large.alt = `${pictureWords[kind]}. ${plainText(attemptText(attempt), 300)}`;
      setText(this.#title, `${pictureWords[kind]}, ${time.exact(attempt.atMs, nowMs)}`);
      kinds.forEach((other, i) => buttons[i]?.setAttribute('aria-pressed', String(other === kind)));
    };
    this.#step = (by) => {
      const next = kinds[kinds.indexOf(shown) + by];
      if (next) show(next);
    };
    setText(this.#text, plainText(attemptText(attempt), 300));
    this.#kinds.replaceChildren(...buttons);
    show(first);
    this.#dialog.showModal();
  }

  #setGone(isGone: boolean): void {
    this.#gone.hidden = !isGone;
    this.#large.hidden = isGone;
  }
}
