import { denied } from './denied.ts';
import { granted } from './granted.ts';
import type { SessionPlan } from './session-plan.ts';
import { severalVisits } from './several-visits.ts';
import { withoutCodes } from './without-codes.ts';

/** Every session of fixtures/sessions. */
export const sessionPlans: readonly SessionPlan[] = [...granted, ...denied, ...severalVisits, ...withoutCodes];
