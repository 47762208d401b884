import { Walker } from '../scene/walker.ts';
import type { SessionPlan } from './session-plan.ts';

const usual = { light: 'day', size: [640, 360], fps: 8 } as const satisfies Partial<SessionPlan>;

/** Nobody shows anything: what the door's wires tell is all there is. */
export const withoutCodes: SessionPlan[] = [
  {
    ...usual, name: 'empty-hall', portraitMs: 12000, startsAt: '13:00', durationMs: 20_000, fps: 5, expects: [],
    about: 'People come in from the street, cross the hall and look at the notice board; nobody shows a code, and nothing happens at the door.',
    inputs: [],
    actors: async (studio) => {
      const facings = ['camera', 'left', 'right', 'away'] as const;
      const [resident, engineer, guest] = await Promise.all([studio.figure('resident', facings), studio.figure('engineer', facings), studio.figure('guest', facings)]);
      return [
        new Walker(resident, [{ atMs: 600, x: 0.3, z: 6.3 }, { atMs: 3600, x: 0.5, z: 3.9 }, { atMs: 5000, x: 2.6, z: 3.7 }]),
        new Walker(engineer, [{ atMs: 5200, x: 2.6, z: 3.7 }, { atMs: 6800, x: 0.4, z: 3.8 }, { atMs: 9400, x: 0, z: 6.4 }]),
        new Walker(guest, [
          { atMs: 8600, x: 0.2, z: 6.3 }, { atMs: 12_200, x: 1, z: 2.4 }, { atMs: 15_600, x: 1, z: 2.4 }, { atMs: 18_600, x: 0.2, z: 6.4 },
        ]),
      ];
    },
  },
  {
    ...usual, name: 'door-forced', portraitMs: 2400, startsAt: '13:05', durationMs: 9000, expects: ['door-forced'],
    about: 'Someone walks up without a code and the door is opened without a release: forced.',
    inputs: [{ atMs: 4600, contact: 'open' }, { atMs: 7600, contact: 'closed' }],
    actors: async (studio) => [
      new Walker(await studio.figure('engineer'), [{ atMs: 400, x: 0.6, z: 4.5 }, { atMs: 3000, x: 0, z: 1 }, { atMs: 4000, x: 0, z: 1 }, { atMs: 4900, x: -1.4, z: 0.95 }]),
    ],
  },
  {
    ...usual, name: 'exit', portraitMs: 4300, startsAt: '13:10', durationMs: 9000, expects: [],
    about: 'Someone leaves by the exit button and walks down the hall; the door opens unreleased, and no alarm is raised.',
    inputs: [{ atMs: 800, rex: 'active' }, { atMs: 1500, rex: 'idle' }, { atMs: 2000, contact: 'open' }, { atMs: 4600, contact: 'closed' }],
    actors: async (studio) => [
      new Walker(await studio.figure('courier', ['right', 'away']), [{ atMs: 2600, x: -1.4, z: 1.1 }, { atMs: 3700, x: 0.1, z: 1.7 }, { atMs: 8000, x: 0.2, z: 6.4 }], 'away'),
    ],
  },
];
