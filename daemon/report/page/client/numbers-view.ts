import type { Stats } from '../api.ts';
import { dayChart } from './day-chart.ts';
import { byId, h, setText } from './element.ts';
import { plainText } from './plain-text.ts';
import type { Tone } from './words.ts';

/** Reasons that are told of today; the search has the rest. */
const MOST_REASONS = 3;

/** Today's numbers and the days before. */
export class NumbersView {
  readonly #today = byId('today');
  readonly #more = byId('today-more');
  readonly #days = byId('days');
  #shown = '';

  show(stats: Stats): void {
    const now = JSON.stringify(stats);
    if (now === this.#shown) return;
    this.#shown = now;
    const { today } = stats;
    this.#today.replaceChildren(
      figure('let in', today.granted, 'good'), figure('turned away', today.denied, 'bad'), figure('no answer', today.unavailable, 'warn'),
      figure('exits asked', today.exits), figure('held open', today.heldOpen, 'warn'), figure('forced', today.forced, 'bad'));
    const reasons = today.reasons.slice(0, MOST_REASONS).map(({ text, count }) => `${plainText(text, 120).replace(/\.$/, '')} (${count})`);
    setText(this.#more, reasons.length > 0 ? `Mostly: ${reasons.join('; ')}.` : '');
    const wasOpen = this.#days.querySelector('details')?.open ?? false;
    const isFocused = this.#days.querySelector('summary') === document.activeElement && document.activeElement !== null;
    this.#days.replaceChildren(...dayChart(stats));
    const details = this.#days.querySelector('details');
    if (details) details.open = wasOpen;
    if (isFocused) details?.querySelector('summary')?.focus();
  }
}

function figure(name: string, count: number, tone?: Tone): HTMLElement {
  return h('div', { class: count === 0 ? 'nil' : (tone ?? '') }, h('dt', {}, name), h('dd', {}, count.toLocaleString('en-GB')));
}
