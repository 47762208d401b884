import { Glare } from '../scene/glare.ts';
import type { SessionPlan } from './session-plan.ts';
import { comes, HOLD } from './one-visit.ts';
import { codeOf } from './site.ts';

/** The visitor opens the door while it is released and lets it fall shut. */
const walksThrough = [{ atMs: 4400, contact: 'open' }, { atMs: 7100, contact: 'closed' }] as const satisfies SessionPlan['inputs'];

const usual = { light: 'day', size: [640, 480], fps: 8, durationMs: 8000, inputs: [...walksThrough], expects: ['granted:online'] } as const satisfies Partial<SessionPlan>;

/** Codes that open the door, under all the conditions of a hall. */
export const granted: SessionPlan[] = [
  {
    ...usual, name: 'phone-approaching', portraitMs: 3000, startsAt: '09:00', size: [800, 450], fps: 10, durationMs: 10_000,
    about: 'A resident walks up the hall with the phone held out; the code is read on the way, released once, and the door is used.',
    inputs: [{ atMs: 6200, contact: 'open' }, { atMs: 9000, contact: 'closed' }],
    actors: (studio) => comes(studio, {
      who: 'resident', shows: codeOf('resident'), startMs: 300, approachMs: 3600, holdMs: 1600, from: { x: 0.35, z: 5.6 },
      onTheWay: [
        { atMs: 1700, x: 0.14, y: 0.5, z: 1.5, roll: 12, pitch: 40, yaw: 0 },
        { atMs: 2300, x: 0.1, y: 0.12, z: 0.95, roll: 8, pitch: 15, yaw: -12 },
      ],
    }),
  },
  {
    ...usual, name: 'print', startsAt: '09:05',
    about: 'A courier holds up a printed code that curls a little; the door is released once and used.',
    actors: (studio) => comes(studio, { who: 'courier', shows: { print: [{ text: codeOf('courier'), sizeM: 0.06 }] } }),
  },
  {
    ...usual, name: 'tilted', startsAt: '09:10',
    about: 'A phone is shown from the side and leaning, turned by 35 degrees; its code has extended time, and the longer release is given.',
    actors: (studio) => comes(studio, {
      who: 'guest', shows: codeOf('extended-time'), hold: { x: 0.01, y: 0.03, z: 0.24, roll: 24, pitch: 24, yaw: 35 },
    }),
  },
  {
    ...usual, name: 'upside-down', startsAt: '09:15',
    about: 'A phone is held with its lower edge up; the code reads all the same.',
    actors: (studio) => comes(studio, { who: 'engineer', shows: codeOf('resident'), phoneUpsideDown: true }),
  },
  {
    ...usual, name: 'motion-blur', portraitMs: 1500, startsAt: '09:20', shutterMs: 50,
    about: 'A hurried hand waves the phone before a slow shutter; most pictures are smeared, those at the turning points are read.',
    actors: (studio) => comes(studio, {
      who: 'courier', shows: codeOf('courier'), trembling: 1.6, standsAfterMs: 900,
      onTheWay: [
        { atMs: 900, x: 0.3, y: 0.25, z: 0.4, roll: 25, pitch: 20, yaw: 10 }, { atMs: 1150, x: -0.12, y: 0.0, z: 0.3, roll: -8, pitch: 5, yaw: -10 },
        { atMs: 1400, x: 0.1, y: 0.03, z: 0.29, roll: 10, pitch: 8, yaw: 0 },
      ],
    }),
  },
  {
    ...usual, name: 'out-of-focus', portraitMs: 2100, startsAt: '09:25',
    about: 'A phone is pressed to the lens, too near to be sharp, then drawn back until it is read.',
    actors: (studio) => comes(studio, {
      who: 'guest', shows: codeOf('resident'), approachMs: 2600, holdMs: 1200, standsAfterMs: 900,
      onTheWay: [
        { atMs: 950, x: 0.1, y: 0.4, z: 0.4, roll: 10, pitch: 25, yaw: 0 }, { atMs: 1400, x: 0, y: 0.01, z: 0.12, roll: 2, pitch: 4, yaw: 0 },
        { atMs: 2000, x: 0, y: 0.01, z: 0.125, roll: 3, pitch: 4, yaw: 0 },
      ],
    }),
    lens: { focusM: 0.3, blurPxPerDioptre: 1.5 },
  },
  {
    ...usual, name: 'glare', portraitMs: 2200, startsAt: '09:30',
    about: 'A lamp above the door mirrors in the phone, over the code; the visitor tilts it until it is read.',
    glare: new Glare({ x: 0.03, y: -0.42, z: -0.12 }, 0.05),
    actors: (studio) => comes(studio, {
      who: 'engineer', shows: codeOf('engineer-both-doors'), approachMs: 2800, holdMs: 1200, standsAfterMs: 900, hold: { ...HOLD, pitch: 3 },
      onTheWay: [
        { atMs: 950, x: 0.1, y: 0.4, z: 0.42, roll: 10, pitch: 45, yaw: 0 }, { atMs: 1400, ...HOLD, pitch: 27, yaw: 1 }, { atMs: 2200, ...HOLD, pitch: 23, yaw: -2 },
      ],
    }),
  },
  {
    ...usual, name: 'night-noise', startsAt: '22:40', light: 'night', size: [640, 360],
    about: 'At night the sensor is gained up and noisy, and only the phone shines; the code is read.',
    actors: (studio) => comes(studio, { who: 'resident', shows: codeOf('resident') }),
  },
  {
    ...usual, name: 'back-light', startsAt: '16:30', light: 'backLight',
    about: 'The low sun behind the visitor washes out a dark print; the code is read.',
    actors: (studio) => comes(studio, {
      who: 'guest', shows: { print: [{ text: codeOf('courier'), sizeM: 0.06 }] }, hold: { ...HOLD, x: -0.075, z: 0.25 },
    }),
  },
  {
    ...usual, name: 'held-30s', startsAt: '10:00', durationMs: 30_000,
    about: 'A visitor who does not notice the open door holds the code up for 26 seconds: one scan, one release, and nothing more.',
    inputs: [{ atMs: 4400, contact: 'open' }, { atMs: 9000, contact: 'closed' }],
    actors: (studio) => comes(studio, { who: 'resident', shows: codeOf('resident'), holdMs: 26_000 }),
  },
];
