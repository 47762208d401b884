import { ruuidOf } from '../../base/ids.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';
import { deniedAgain } from './denied-again.ts';

/** Somebody goes on with a code whose time is over. */
export function expiredCodeKeepsTrying({ count, windowH }: AlertSettings['expiredCodeKeepsTrying']): AlertRule {
  return {
    alert: 'expired-code-keeps-trying',
    subjectOf: ({ token, reason }) => (token && reason === 'expired' ? ruuidOf(token) : undefined),
    look: (attempt, history) => deniedAgain(attempt, history, { reason: 'expired', count, windowH, text: `An expired code was shown ${count} times within ${windowH} h.` }),
  };
}
