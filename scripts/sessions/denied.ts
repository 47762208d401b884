import { comes } from './one-visit.ts';
import type { SessionPlan } from './session-plan.ts';
import { codeOf, forgedCode, unlistedCode } from './site.ts';

const usual = { light: 'day', size: [640, 360], fps: 8, durationMs: 5500, inputs: [] as SessionPlan['inputs'] } as const satisfies Partial<SessionPlan>;

/** Codes that leave the door locked, each for its own reason. */
export const denied: SessionPlan[] = [
  {
    ...usual, name: 'expired', startsAt: '11:00', expects: ['denied:expired'],
    about: 'A code that was good until last Friday is denied.',
    actors: (studio) => comes(studio, { who: 'guest', shows: codeOf('last-week') }),
  },
  {
    ...usual, name: 'revoked', startsAt: '11:05', expects: ['denied:revoked'],
    about: 'A former tenant\'s code, unexpired but revoked, is denied.',
    actors: (studio) => comes(studio, { who: 'engineer', shows: codeOf('former-tenant') }),
  },
  {
    ...usual, name: 'wrong-door', startsAt: '11:10', expects: ['denied:wrong-door'],
    about: 'A valid code for the side door is denied at the front door.',
    actors: (studio) => comes(studio, { who: 'courier', shows: codeOf('side-door-only') }),
  },
  {
    ...usual, name: 'garbage', startsAt: '11:15', expects: ['denied:garbage'],
    about: 'Somebody holds up a leaflet whose code is a web address; it is denied as no door code.',
    actors: (studio) => comes(studio, { who: 'resident', shows: { print: [{ text: 'https://example.org/menu?table=7', sizeM: 0.05 }] } }),
  },
  {
    ...usual, name: 'forged', startsAt: '11:20', expects: ['denied:bad-signature'],
    about: 'A code that names the issuer\'s key but was signed with another is denied.',
    actors: (studio) => comes(studio, { who: 'guest', shows: { print: [{ text: forgedCode(), sizeM: 0.06 }] } }),
  },
  {
    ...usual, name: 'not-listed', startsAt: '11:25', expects: ['denied:not-listed'],
    about: 'With the backend away, a rightly signed code that is older than the list but not in it is denied.',
    inputs: [{ atMs: 200, backend: 'away' }],
    actors: (studio) => comes(studio, { who: 'courier', shows: unlistedCode() }),
  },
];
