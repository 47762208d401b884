import { z } from 'zod';
import { codeStatus } from '../http/fields.ts';
import type { Refusal } from '../http/endpoint.ts';
import type { PassFacts } from './pass-facts.ts';

/** Fields and refusals that the calls of a pass's page share. */

/** What follows the # of a pass's link. */
export const linkSecret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be the 43 characters after the # of the link');

export const passFields = {
  doorNames: z.array(z.string()),
  notBefore: z.iso.datetime().nullable(),
  expiresAt: z.iso.datetime(),
  rotating: z.boolean(),
  maxUses: z.int().nullable(),
  status: codeStatus,
  serverTimeMs: z.int().describe('For a phone whose clock is off.'),
};

export const passRefusals: readonly Refusal[] = [
  { status: 404, code: 'pass-unknown', when: 'There is no such pass, or the secret is not its own.' },
  { status: 410, code: 'pass-taken', when: 'It is a rotating pass and on another phone.' },
  { status: 429, code: 'too-many-calls', when: 'A pass or an address asked too often.' },
];

export function passAnswer(facts: PassFacts, nowMs: number): { [Name in keyof typeof passFields]: z.input<(typeof passFields)[Name]> } {
  return {
    doorNames: facts.doorNames,
    notBefore: facts.notBeforeS === undefined ? null : isoOf(facts.notBeforeS),
    expiresAt: isoOf(facts.expiresAtS),
    rotating: facts.rotating,
    maxUses: facts.uses ?? null,
    status: facts.status,
    serverTimeMs: nowMs,
  };
}

function isoOf(seconds: number): string {
  return new Date(seconds * 1000).toISOString();
}
