import type { Status } from '../api.ts';
import type { DoorTime } from './door-time.ts';
import { byId, h, setText } from './element.ts';
import { icon } from './icon.ts';
import { plainText } from './plain-text.ts';
import { stateWords, wiresText, type Tone } from './words.ts';

/** The door's state in big words, and what it has been told to do. */
export class StateView {
  readonly #state = byId('state');
  readonly #icon = byId('state-icon');
  readonly #word = byId('state-word');
  readonly #text = byId('state-text');
  readonly #orders = byId('orders');
  readonly #hint = byId('hint');
  #shown = '';
  #shownOrders = '';

  show(status: Status, time: DoorTime): void {
    const { word, tone, icon: name } = stateWords[status.door.state];
    if (this.#shown !== status.door.state) {
      this.#shown = status.door.state;
      this.#state.className = `state ${tone}`;
      this.#icon.replaceChildren(icon(name));
    }
    setText(this.#word, word);
    setText(this.#text, wiresText(status.door));
    this.#showOrders(ordersOf(status, time));
    this.#hint.hidden = !status.hint;
    setText(this.#hint, status.hint ? `A code is held up and not read. The visitor is told: ${status.hint.text}` : '');
  }

  #showOrders(orders: Order[]): void {
    const now = JSON.stringify(orders);
    if (now === this.#shownOrders) return;
    this.#shownOrders = now;
    this.#orders.hidden = orders.length === 0;
    this.#orders.replaceChildren(...orders.map(({ tone, text }) => h('li', { class: tone }, icon('info'), h('span', {}, text))));
  }
}

interface Order {
  tone: Tone;
  text: string;
}

function ordersOf({ lockdown, passage, installerMode, nowMs }: Status, time: DoorTime): Order[] {
  const by = (who: string | undefined): string => (who === undefined ? '' : ` Ordered by ${plainText(who.replace(/^user:/, ''), 60)}.`);
  const orders: (Order | undefined)[] = [
    lockdown && { tone: 'bad', text: `Lockdown: no code opens the door.${by(lockdown.by)}` },
    passage && { tone: 'info', text: `${passage.waitsForEntry ? 'Passage begins when the first code is let in, and ends at' : 'Free passage until'} ${time.short(passage.untilMs, nowMs)}.${by(passage.by)}` },
    installerMode && { tone: 'warn', text: `Installer mode until ${time.short(installerMode.untilMs, nowMs)}: the lock may be pulsed for a test.${by(installerMode.by)}` },
  ];
  return orders.filter((order) => order !== undefined);
}
