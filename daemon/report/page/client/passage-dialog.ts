import type { SendCommand } from './command-sender.ts';
import type { DoorTime } from './door-time.ts';
import { byId, h, setText } from './element.ts';
import { FormDialog } from './form-dialog.ts';

const CHOICES = [{ text: '30 min', min: 30 }, { text: '1 h', min: 60 }, { text: '2 h', min: 120 }, { text: '4 h', min: 240 }, { text: '8 h', min: 480 }];

/** Asks until when everyone may pass. */
export class PassageDialog {
  readonly #dialog: FormDialog;
  readonly #until: HTMLInputElement;
  #time: DoorTime | undefined;
  #nowMs: () => number = () => 0;

  constructor(send: SendCommand) {
    this.#dialog = new FormDialog(byId<HTMLDialogElement>('passage'), async () => send({ do: 'passage', untilMs: this.#untilMs() }));
    this.#until = this.#dialog.form.elements.namedItem('until') as HTMLInputElement;
    this.#until.addEventListener('input', () => this.#tell());
    byId('passage-choices').append(...CHOICES.map(({ text, min }) => h('button', { type: 'button', class: 'plain', click: () => this.#choose(min) }, text)));
  }

  open(time: DoorTime, nowMs: () => number): void {
    this.#time = time;
    this.#nowMs = nowMs;
    this.#choose(60);
    this.#dialog.open();
  }

  /** Whole minutes: that is what the field has. */
  #choose(min: number): void {
    this.#until.value = this.#time?.time(this.#nowMs() + min * 60_000).slice(0, 5) ?? '';
    this.#tell();
  }

  #tell(): void {
    const untilMs = this.#untilMs();
    const nowMs = this.#nowMs();
    const isTomorrow = this.#time?.date(untilMs) !== this.#time?.date(nowMs);
    setText(byId('passage-until'), Number.isNaN(untilMs) ? '' : `It ends ${isTomorrow ? 'tomorrow' : 'today'} at ${this.#time?.time(untilMs).slice(0, 5) ?? ''} (${this.#time?.zone ?? ''}).`);
  }

  #untilMs(): number {
    return this.#time?.next(this.#until.value.slice(0, 5), this.#nowMs()) ?? NaN;
  }
}
