import type { z } from 'zod';
import { about } from './fields.ts';

/** Of a config, what the rules for a lock that belongs to another controller look at. */
interface Ruled {
  door: { unlockMs: number; extendedUnlockMs: number; passageSchedule?: string };
  doorIo: { driver: string };
  access: { remoteUnlock: string };
  feedback: { greenPin?: number; redPin?: number; buzzerPin?: number };
  light: { pin?: number };
}

const OWN_TIME = 'the controller keeps the door released for its own time and no longer';
const NO_PINS = 'must be absent with doorIo.driver rhombus, which has no pins';

/** [key, whether it can be honoured, what it must be] where doorIo.driver is rhombus. */
const RULES: readonly (readonly [key: string, isRight: (it: Ruled) => boolean, must: string])[] = [
  ['door.extendedUnlockMs', (it) => it.door.extendedUnlockMs === it.door.unlockMs, `must be the same as door.unlockMs with doorIo.driver rhombus: ${OWN_TIME}`],
  ['door.passageSchedule', (it) => it.door.passageSchedule === undefined, `must be absent with doorIo.driver rhombus: ${OWN_TIME}. Set the hours at the controller`],
  ['access.remoteUnlock', (it) => it.access.remoteUnlock === 'off', 'must be off with doorIo.driver rhombus: who unlocks from afar asks the controller itself'],
  ['feedback.greenPin', (it) => it.feedback.greenPin === undefined, NO_PINS],
  ['feedback.redPin', (it) => it.feedback.redPin === undefined, NO_PINS],
  ['feedback.buzzerPin', (it) => it.feedback.buzzerPin === undefined, NO_PINS],
  ['light.pin', (it) => it.light.pin === undefined, NO_PINS],
];

/** Refuses what a lock that is only asked to open cannot do, rather than leave it undone [S5]. */
export function withControllerRules<T extends z.ZodType<Ruled>>(schema: T): T {
  return RULES.reduce((ruled, [key, isRight, must]) => ruled.refine((it) => it.doorIo.driver !== 'rhombus' || isRight(it), about([key, 'doorIo'], must)), schema);
}
