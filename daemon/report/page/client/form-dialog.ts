import { byId, setText } from './element.ts';

/** Does what a dialog is for; resolves to what to say instead of closing it, or to nothing when it is done. */
export type Submit = (fields: FormData) => Promise<string | undefined>;

/** What was written into a field; '' where there is none. */
export function fieldText(fields: FormData, name: string): string {
  const value = fields.get(name);
  return typeof value === 'string' ? value : '';
}

/** Makes a `<dialog>` of page.html close by its buttons, and takes care that the focus is somewhere after it. */
export function closable(dialog: HTMLDialogElement): HTMLDialogElement {
  for (const closer of dialog.querySelectorAll('[data-close]')) closer.addEventListener('click', () => dialog.close());
  // Where it was may be gone: the button that opened a login, say.
  dialog.addEventListener('close', () => {
    if (document.activeElement === document.body || document.activeElement?.checkVisibility() === false) byId('main').focus({ preventScroll: true });
  });
  return dialog;
}

/** A dialog of page.html with one form: it stays open, and says why, until what it is for has been done. */
export class FormDialog {
  readonly dialog: HTMLDialogElement;
  readonly form: HTMLFormElement;
  readonly #problem: Element;
  readonly #button: HTMLButtonElement;

  constructor(dialog: HTMLDialogElement, submit: Submit) {
    this.dialog = closable(dialog);
    this.form = dialog.querySelector('form') as HTMLFormElement;
    this.#problem = dialog.querySelector('.problem') as Element;
    this.#button = dialog.querySelector('[type="submit"]') as HTMLButtonElement;
    this.form.addEventListener('submit', (event) => {
      event.preventDefault();
      void this.#submit(submit);
    });
  }

  open(): void {
    if (this.dialog.open) return;
    setText(this.#problem, '');
    this.dialog.showModal();
  }

  async #submit(submit: Submit): Promise<void> {
    // Once: a second press while the first is on its way would be a second order.
    if (this.#button.ariaBusy === 'true') return;
    this.#button.ariaBusy = 'true';
    setText(this.#problem, '');
    const problem = await submit(new FormData(this.form));
    this.#button.ariaBusy = 'false';
    if (problem === undefined) this.dialog.close();
    else setText(this.#problem, problem);
  }
}
