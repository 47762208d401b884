import { comes } from './one-visit.ts';
import type { SessionPlan } from './session-plan.ts';
import { wallMsOf } from './session-plan.ts';
import { codeOf, rotatingCodeOf } from './site.ts';

const usual = { light: 'day', size: [640, 360], fps: 8 } as const satisfies Partial<SessionPlan>;
const startOfRotating = { startsAt: '12:15' } as const;

/** More than one code in a session: at once, or one after the other. */
export const severalVisits: SessionPlan[] = [
  {
    ...usual, name: 'two-codes', startsAt: '12:00', size: [800, 450], durationMs: 8000,
    about: 'One sheet with two codes: the larger is for the side door and is denied, the smaller is valid and opens.',
    expects: ['denied:wrong-door', 'granted:online'],
    inputs: [{ atMs: 4400, contact: 'open' }, { atMs: 7100, contact: 'closed' }],
    actors: (studio) => comes(studio, {
      who: 'courier', hold: { x: 0, y: 0.02, z: 0.25, roll: 3, pitch: 6, yaw: -5 },
      shows: { print: [{ text: codeOf('side-door-only'), sizeM: 0.062 }, { text: codeOf('courier'), sizeM: 0.054 }] },
    }),
  },
  {
    ...usual, name: 'offline-half-way', portraitMs: 12000, startsAt: '12:05', durationMs: 17_000,
    about: 'The backend answers for the first visitor and is gone for the second, whom the list lets in; neither notices a difference.',
    expects: ['granted:online', 'granted:offline'],
    inputs: [
      { atMs: 4400, contact: 'open' }, { atMs: 7100, contact: 'closed' }, { atMs: 8000, backend: 'away' },
      { atMs: 13_400, contact: 'open' }, { atMs: 16_000, contact: 'closed' }, { atMs: 16_500, backend: 'back' },
    ],
    actors: async (studio) => [
      ...await comes(studio, { who: 'resident', shows: codeOf('resident') }),
      ...await comes(studio, { who: 'courier', shows: codeOf('courier'), startMs: 9400 }),
    ],
  },
  {
    ...usual, name: 'used-twice', startsAt: '12:10', durationMs: 14_500,
    about: 'A code for one entry opens once; shown again by someone else it is used up.',
    expects: ['granted:online', 'denied:used-up'],
    inputs: [{ atMs: 4400, contact: 'open' }, { atMs: 7100, contact: 'closed' }],
    actors: async (studio) => [
      ...await comes(studio, { who: 'guest', shows: codeOf('guest-once') }),
      ...await comes(studio, { who: 'engineer', shows: codeOf('guest-once'), startMs: 9000 }),
    ],
  },
  {
    ...usual, ...startOfRotating, name: 'rotating', durationMs: 14_500,
    about: 'A live pass with a changing code opens; a picture of it that was taken three minutes before does not.',
    expects: ['granted:online', 'denied:step-wrong'],
    inputs: [{ atMs: 4400, contact: 'open' }, { atMs: 7100, contact: 'closed' }],
    actors: async (studio) => [
      ...await comes(studio, { who: 'resident', shows: rotatingCodeOf('member-rotating', wallMsOf(startOfRotating) + 2000) }),
      ...await comes(studio, { who: 'courier', shows: rotatingCodeOf('member-rotating', wallMsOf(startOfRotating) - 180_000), startMs: 9000 }),
    ],
  },
];
