import { ruuidOf } from '../../base/ids.ts';
import { isOpenAt } from '../../base/schedule.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';
import { deniedAgain } from './denied-again.ts';

/** A code that tries again and again outside its hours; and, where the site has hours, whoever is let in outside them. */
export function useOutOfHours({ count, windowH, siteHours, timeZone }: AlertSettings['useOutOfHours']): AlertRule {
  return {
    alert: 'use-out-of-hours',
    subjectOf({ outcome, reason, token, door, atMs }) {
      const isMatter = outcome === 'granted' ? siteHours && !isOpenAt(siteHours, timeZone, atMs) : reason === 'out-of-hours' && token;
      return isMatter ? ruuidOf(token ?? door) : undefined;
    },
    look(attempt, history) {
      const { outcome, token, door, atMs } = attempt;
      if (outcome === 'granted') return { token, door, atMs, eventIds: [attempt.id], text: 'A code was granted outside the hours of the site.' };
      return deniedAgain(attempt, history, { reason: 'out-of-hours', count, windowH, text: `One code was shown ${count} times outside its hours within ${windowH} h.` });
    },
  };
}
