import type { LiveFrame } from '../api.ts';
import { aimAdvice, focusAdvice, lightAdvice, WANTED_MODULE_PX, type Advice } from './aim.ts';
import { h, setText, svg } from './element.ts';

/** What the daemon calls good, of 255, and sharp, of 100. */
const GOOD_LIGHT = { from: 45, to: 210 };
const SHARP = 40;
/** So many pixels a module fill the bar. */
const MOST_MODULE_PX = 8;

/** What an installer aims by: where and how large the code is, how sharp and how bright the picture. */
export class MeasuresView {
  readonly #root: HTMLElement;
  readonly #aim = new Measure('Aim', 'Pixels a module', { from: WANTED_MODULE_PX / MOST_MODULE_PX, to: 1 });
  readonly #focus = new Measure('Focus', 'Sharpness of the picture', { from: SHARP / 100, to: 1 });
  readonly #light = new Measure('Light', 'Brightness of the picture', { from: GOOD_LIGHT.from / 255, to: GOOD_LIGHT.to / 255 });

  constructor(root: HTMLElement) {
    this.#root = root;
    root.append(this.#aim.root, this.#focus.root, this.#light.root);
  }

  show(frame: LiveFrame): void {
    const { focus, light, modulePx } = frame.measures;
    this.#root.hidden = false;
    this.#aim.show(aimAdvice(frame), Math.min(1, (modulePx ?? 0) / MOST_MODULE_PX));
    this.#focus.show(focusAdvice(focus), focus.value / 100);
    this.#light.show(lightAdvice(light), light.value / 255);
  }

  hide(): void {
    this.#root.hidden = true;
  }
}

/** A bar, in words beneath it. */
class Measure {
  readonly root: HTMLElement;
  readonly #bar: HTMLElement;
  readonly #fill = svg('rect', { class: 'fill', height: 10, width: 0 });
  readonly #says = h('p', { class: 'says' });

  /** `goal`: where on the bar, 0 to 1, it should be. */
  constructor(name: string, label: string, goal?: { from: number; to: number }) {
    const marked = goal && svg('rect', { class: 'goal', x: goal.from * 100, width: (goal.to - goal.from) * 100, height: 10 });
    this.#bar = h('div', { 'class': 'track', 'role': 'meter', 'aria-label': label, 'aria-valuemin': 0, 'aria-valuemax': 100, 'aria-valuenow': 0 },
      svg('svg', { 'viewBox': '0 0 100 10', 'preserveAspectRatio': 'none', 'aria-hidden': 'true' }, marked, this.#fill));
    this.root = h('div', { class: 'measure' }, h('span', { class: 'label' }, name), this.#bar, this.#says);
  }

  show({ tone, text }: Advice, share: number): void {
    const percent = Math.round(Math.max(0, Math.min(1, share)) * 100);
    this.root.className = `measure ${tone}`;
    this.#fill.setAttribute('width', String(percent));
    this.#bar.setAttribute('aria-valuenow', String(percent));
    this.#bar.setAttribute('aria-valuetext', text);
    setText(this.#says, text);
  }
}
