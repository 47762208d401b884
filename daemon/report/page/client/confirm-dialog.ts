import type { CommandQuestion } from './actions-view.ts';
import type { SendCommand } from './command-sender.ts';
import { byId, setText } from './element.ts';
import { FormDialog } from './form-dialog.ts';

/** Asks before a command is sent, and says what came of it. */
export class ConfirmDialog {
  readonly #dialog: FormDialog;
  readonly #button = byId('confirm-do');
  #question: CommandQuestion | undefined;

  constructor(send: SendCommand) {
    this.#dialog = new FormDialog(byId<HTMLDialogElement>('confirm'), async () => (this.#question ? send(this.#question.command) : undefined));
  }

  ask(question: CommandQuestion): void {
    this.#question = question;
    setText(byId('confirm-title'), question.title);
    setText(byId('confirm-text'), question.text);
    setText(this.#button, question.verb);
    this.#button.className = question.danger ? 'danger' : '';
    this.#dialog.open();
  }
}
