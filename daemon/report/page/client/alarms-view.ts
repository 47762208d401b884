import type { AlarmLine } from '../api.ts';
import type { DoorTime } from './door-time.ts';
import { byId, h } from './element.ts';
import { icon } from './icon.ts';
import { plainText } from './plain-text.ts';
import type { Tone } from './words.ts';

const tones: Record<AlarmLine['severity'], { tone: Tone; word: string }> = {
  critical: { tone: 'bad', word: 'Alarm' }, warning: { tone: 'warn', word: 'Warning' }, info: { tone: 'info', word: 'Note' },
};

/** What is wrong, since when, and what to do about it. */
export class AlarmsView {
  readonly #section = byId('alarms');
  readonly #list = byId('alarm-list');
  #shown = '';

  show(alarms: AlarmLine[], time: DoorTime, nowMs: number): void {
    const now = JSON.stringify([alarms, time.date(nowMs)]);
    if (now === this.#shown) return;
    this.#shown = now;
    this.#section.hidden = alarms.length === 0;
    this.#list.replaceChildren(...alarms.map((alarm) => row(alarm, time, nowMs)));
  }
}

function row({ severity, text, toDo, sinceMs }: AlarmLine, time: DoorTime, nowMs: number): HTMLLIElement {
  const { tone, word } = tones[severity];
  return h('li', { class: `${tone} ${severity}` },
    icon(severity === 'info' ? 'info' : 'warning'),
    h('strong', {}, h('span', { class: 'unseen' }, `${word}: `), plainText(text)),
    h('time', { datetime: new Date(sinceMs).toISOString() }, `since ${time.short(sinceMs, nowMs)}`),
    h('p', {}, ...toDo.split('`').map((part, i) => (i % 2 === 1 ? h('code', {}, part) : part))));
}
