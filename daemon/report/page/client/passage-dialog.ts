import { wallMs } from './attempt-search.ts';
import type { SendCommand } from './command-sender.ts';
import { nameOfDay, span, type DoorTime } from './door-time.ts';
import { byId, h, setText } from './element.ts';
import { FormDialog } from './form-dialog.ts';

const CHOICES = [{ text: '30 min', min: 30 }, { text: '1 h', min: 60 }, { text: '2 h', min: 120 }, { text: '4 h', min: 240 }, { text: '8 h', min: 480 }];
const FIRST_MIN = 60;
const MINUTE_MS = 60_000;

/** Asks until when everyone may pass. */
export class PassageDialog {
  readonly #dialog: FormDialog;
  readonly #until: HTMLInputElement;
  readonly #now: () => { time: DoorTime; nowMs: number };

  constructor(send: SendCommand, now: () => { time: DoorTime; nowMs: number }) {
    this.#now = now;
    this.#dialog = new FormDialog(byId<HTMLDialogElement>('passage'), async () => this.#send(send));
    this.#until = this.#dialog.form.elements.namedItem('until') as HTMLInputElement;
    this.#until.addEventListener('input', () => this.#tell());
    byId('passage-choices').append(...CHOICES.map(({ text, min }) => h('button', { type: 'button', class: 'plain', click: () => this.#choose(min) }, text)));
  }

  open(): void {
    this.#choose(FIRST_MIN);
    this.#dialog.open();
  }

  async #send(send: SendCommand): Promise<string | undefined> {
    const untilMs = this.#untilMs;
    return untilMs === undefined || untilMs <= this.#now().nowMs ? 'This time is over already. Give a later one.' : send({ do: 'passage', untilMs });
  }

  /** Whole minutes: that is what the field has. */
  #choose(min: number): void {
    const { time, nowMs } = this.#now();
    const untilMs = Math.round(nowMs / MINUTE_MS + min) * MINUTE_MS;
    this.#until.value = `${time.date(untilMs)}T${time.time(untilMs).slice(0, 5)}`;
    this.#tell();
  }

  #tell(): void {
    const { time, nowMs } = this.#now();
    const untilMs = this.#untilMs;
    const isLater = untilMs !== undefined && untilMs > nowMs;
    setText(byId('passage-until'), isLater ? `It ends on ${nameOfDay(time.date(untilMs))} at ${time.time(untilMs).slice(0, 5)} (${time.zone}), in ${span(untilMs - nowMs)}.` : '');
  }

  get #untilMs(): number | undefined {
    return wallMs(this.#until.value, this.#now().time);
  }
}
