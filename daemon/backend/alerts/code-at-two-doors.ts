import { ruuidOf } from '../../base/ids.ts';
import type { AlertRule } from './alert-rule.ts';
import type { AlertSettings } from './alert-settings.ts';

const LOOKED_AT = 20;

/**
 * A code was copied: shown at two doors sooner than anybody walks from one to the other, granted or not. A door that it is
 * not for does not count: whoever tries the wrong door first has no copy.
 */
export function codeAtTwoDoors({ minTravelS }: AlertSettings['codeAtTwoDoors']): AlertRule {
  return (attempt, history) => {
    const { token, door } = attempt;
    if (!token || attempt.reason === 'wrong-door') return undefined;
    const elsewhere = history.ofToken(token, { atMs: attempt.atMs, withinMs: minTravelS * 1000, each: LOOKED_AT })
      .find((other) => Buffer.compare(other.door, door) !== 0 && other.reason !== 'wrong-door');
    if (!elsewhere) return undefined;
    const [first, second] = elsewhere.atMs <= attempt.atMs ? [elsewhere, attempt] : [attempt, elsewhere];
    return {
      alert: 'code-at-two-doors', subject: ruuidOf(token), token, door: second.door, atMs: second.atMs, eventIds: [first.id, second.id],
      text: `One code was shown at two doors within ${Math.ceil((second.atMs - first.atMs) / 1000)} s. It may have been copied.`,
    };
  };
}
