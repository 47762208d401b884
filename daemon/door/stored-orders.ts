import { z } from 'zod';
import type { Orders, Passage } from './door-state.ts';

/** Where the door's orders stand in the durable state. */
export const ORDERS_KEY = 'door-orders';

const storedPassage = z.object({ by: z.string(), cause: z.enum(['schedule', 'command']), untilWallMs: z.number(), sinceWallMs: z.number(), entered: z.boolean() });
const storedOrders = z.object({ lockdown: z.object({ by: z.string() }).nullable(), passage: storedPassage.nullable() });

/** The orders that survive a restart, by wall time: the monotonic clock does not. Fire is told by its wire. */
export function storable({ lockdown, passage }: Orders): z.infer<typeof storedOrders> {
  if (!passage) return { lockdown: lockdown ?? null, passage: null };
  const { by, cause, untilWallMs, sinceWallMs, entered } = passage;
  return { lockdown: lockdown ?? null, passage: { by, cause, untilWallMs, sinceWallMs, entered } };
}

export interface RestartMoment {
  wallMs: number;
  monotonicMs: number;
  /** Whether the wall clock may be believed. A board may wake with last night's time. */
  clockIsBelieved: boolean;
}

/**
 * The orders that were stored. What cannot be read may have been a lockdown, and only an admin ends one:
 * so it is one now.
 */
export function ordersFrom(stored: unknown, now: RestartMoment): Pick<Orders, 'lockdown' | 'passage'> {
  if (stored === undefined) return { lockdown: undefined, passage: undefined };
  const read = storedOrders.safeParse(stored);
  if (!read.success) return { lockdown: { by: 'the stored orders, which cannot be read' }, passage: undefined };
  const { lockdown, passage } = read.data;
  return { lockdown: lockdown ?? undefined, passage: passage ? passageFrom(passage, now) : undefined };
}

/**
 * A clock that reads a time before the passage began is wrong, and the passage is over. One that may be wrong makes
 * it wait for an entry again, so that a power cut does not open an empty building.
 */
function passageFrom(stored: z.infer<typeof storedPassage>, { wallMs, monotonicMs, clockIsBelieved }: RestartMoment): Passage {
  const leftMs = wallMs < stored.sinceWallMs ? 0 : stored.untilWallMs - wallMs;
  return { ...stored, untilMs: monotonicMs + leftMs, entered: stored.entered && clockIsBelieved };
}
