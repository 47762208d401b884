import type { Attempt, PictureKind } from '../api.ts';
import { pictureUrl } from './door-api.ts';
import type { DoorTime } from './door-time.ts';
import { h } from './element.ts';
import { icon } from './icon.ts';
import { plainText } from './plain-text.ts';
import { outcomeAndRest, outcomeWords, pictureWords } from './words.ts';

export interface AttemptRowOptions {
  attempt: Attempt;
  time: DoorTime;
  nowMs: number;
  withPictures: boolean;
  onPicture: (attempt: Attempt, kind: PictureKind) => void;
}

/** One attempt of the list. */
export function attemptRow({ attempt, time, nowMs, withPictures, onPicture }: AttemptRowOptions): HTMLLIElement {
  const { tone, icon: drawing } = outcomeWords[attempt.outcome];
  const { word, rest } = outcomeAndRest(attempt);
  const pictures = withPictures ? attempt.pictures : [];
  return h('li', { class: tone },
    h('span', { class: 'badge' }, icon(drawing)),
    h('p', { class: 'says' }, h('span', { class: 'outcome' }, word), plainText(rest, 300)),
    h('p', { class: 'when' }, h('time', { datetime: new Date(attempt.atMs).toISOString() }, time.exact(attempt.atMs, nowMs)), attempt.token !== undefined && ` · code ${plainText(attempt.token, 22)}…`),
    pictures.length > 0 && h('div', { class: 'thumbs' }, ...pictures.map(({ kind, width, height }) => thumb({ attempt, kind, width, height }))));

  function thumb({ kind, width, height }: { attempt: Attempt; kind: PictureKind; width: number; height: number }): HTMLElement {
    const label = `${pictureWords[kind]}, ${time.exact(attempt.atMs, nowMs)}: enlarge`;
    const image = h('img', { src: pictureUrl(attempt, kind), width, height, loading: 'lazy', decoding: 'async', alt: '' });
    const button = h('button', { 'type': 'button', 'class': 'thumb', 'aria-label': label, 'click': () => onPicture(attempt, kind) }, image, h('span', {}, pictureWords[kind]));
    image.addEventListener('error', () => button.replaceChildren(h('span', {}, `${pictureWords[kind]}: deleted`)));
    return button;
  }
}
