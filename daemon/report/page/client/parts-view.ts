import type { Status } from '../api.ts';
import { span } from './door-time.ts';
import { byId, h, setText } from './element.ts';
import { icon } from './icon.ts';
import { plainText } from './plain-text.ts';
import { partName, partWords } from './words.ts';

/** How each part of the daemon is. */
export class PartsView {
  readonly #list = byId('parts');
  #shown = '';

  show({ parts, nowMs }: Status): void {
    const now = JSON.stringify(Object.entries(parts));
    if (now !== this.#shown) {
      this.#shown = now;
      this.#list.replaceChildren(...Object.entries(parts).sort(worstFirst).map(([name, part]) => {
        const { word, tone, icon: drawing } = partWords[part.state];
        return h('li', { class: tone },
          h('span', { class: 'badge' }, icon(drawing)),
          h('strong', {}, plainText(partName(name), 40)),
          h('span', { 'class': 'quiet', 'data-since': part.sinceMs }),
          h('p', { class: part.reason === '' && part.state === 'ok' ? 'unseen' : '' }, part.reason === '' ? `${word.charAt(0).toUpperCase()}${word.slice(1)}.` : h('span', {}, part.state === 'ok' ? '' : h('span', { class: 'unseen' }, `${word}: `), plainText(part.reason, 400))));
      }));
    }
    for (const since of this.#list.querySelectorAll<HTMLElement>('[data-since]')) setText(since, `for ${span(nowMs - Number(since.dataset.since))}`);
  }
}

const rank = { down: 0, degraded: 1, ok: 2 };

function worstFirst([a, one]: [string, { state: keyof typeof rank }], [b, other]: [string, { state: keyof typeof rank }]): number {
  return rank[one.state] - rank[other.state] || a.localeCompare(b);
}
