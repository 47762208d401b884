import { ruuidOf } from '../../base/ids.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';

const LOOKED_AT = 20;

/**
 * A code was copied: shown at two doors sooner than anybody walks from one to the other, granted or not. A door that it is
 * not for does not count: whoever tries the wrong door first has no copy.
 */
export function codeAtTwoDoors({ minTravelS }: AlertSettings['codeAtTwoDoors']): AlertRule {
  return {
    alert: 'code-at-two-doors',
    subjectOf: ({ token, reason }) => (token && reason !== 'wrong-door' ? ruuidOf(token) : undefined),
    look(attempt, history) {
      const { token, door } = attempt;
      const shown = token ? history.ofToken(token, { atMs: attempt.atMs, withinMs: minTravelS * 1000, each: LOOKED_AT }) : [];
      const elsewhere = shown.find((other) => Buffer.compare(other.door, door) !== 0 && other.reason !== 'wrong-door');
      if (!elsewhere) return undefined;
      const [first, second] = elsewhere.atMs <= attempt.atMs ? [elsewhere, attempt] : [attempt, elsewhere];
      return {
        token, door: second.door, atMs: second.atMs, eventIds: [first.id, second.id],
        text: `One code was shown at two doors within ${Math.ceil((second.atMs - first.atMs) / 1000)} s. It may have been copied.`,
      };
    },
  };
}
