import type { AttemptSearch, Outcome, OutcomeWords } from '../api.ts';
import type { DoorTime } from './door-time.ts';
import { h } from './element.ts';
import { fieldText } from './form-dialog.ts';
import { outcomeWords } from './words.ts';

/** What the search form asks for; empty fields ask for nothing. */
export function searchOf(fields: FormData, time: DoorTime): AttemptSearch {
  const text = (name: string): string => fieldText(fields, name).trim();
  const [fromMs, toMs] = [wallMs(text('from'), time), wallMs(text('to'), time)];
  return {
    ...(text('outcome') !== '' && { outcome: text('outcome') as Outcome }),
    ...(text('reason') !== '' && { reason: text('reason') }),
    ...(text('token') !== '' && { token: text('token') }),
    ...(text('text') !== '' && { text: text('text') }),
    ...(fromMs !== undefined && { fromMs }),
    ...(toMs !== undefined && { toMs }),
  };
}

/** A value of `<input type="datetime-local">`, meant by the door's clock. */
export function wallMs(local: string, time: DoorTime): number | undefined {
  const [date = '', clock = ''] = local.split('T');
  const ms = time.at(date, clock.slice(0, 5));
  return Number.isNaN(ms) ? undefined : ms;
}

/** The reasons to choose from, under their outcome; those of one outcome once it is chosen. */
export function reasonOptions({ reasons }: OutcomeWords, outcome: string): HTMLElement[] {
  const groups = (['denied', 'unavailable', 'granted'] as const).filter((one) => outcome === '' || one === outcome);
  return [h('option', { value: '' }, 'any'), ...groups.map((group) => h('optgroup', { label: outcomeWords[group].word },
    ...reasons.filter((one) => one.outcome === group).map(({ reason, text }) => h('option', { value: reason }, text))))];
}
