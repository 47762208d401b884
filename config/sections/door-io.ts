import { z } from 'zod';
import { about, gpioPin as pin, whole } from '../fields.ts';

const simulated = z.strictObject({
  driver: z.literal('simulated').describe('A door without hardware; its relay level is kept in a file.'),
  visitor: z.strictObject({
    opensAfterMs: whole(0, 60_000).default(800).describe('How long after a release someone opens the door.'),
    openForMs: whole(100, 600_000).default(3_000).describe('How long they leave it open.'),
  }).exactOptional().describe('Someone who walks through whenever the door is released; absent: the door stays closed.'),
});

const onoff = z.strictObject({
  driver: z.literal('onoff').describe('The GPIO pins of a Raspberry Pi, through sysfs.'),
  relayPin: pin().describe('Pin of the lock relay (BCM number).').meta({ example: 17 }),
  relayActiveLow: z.boolean().default(false).describe('The relay board energises its coil on a low level. Electrical polarity only: at rest the door is locked either way.'),
  contactPin: pin().exactOptional().describe('Pin of the door position switch; absent: none is wired, and forced or held-open cannot be told.').meta({ example: 27 }),
  contactActiveLow: z.boolean().default(false).describe('A low level means that the door is open.'),
  rexPin: pin().exactOptional().describe('Pin of the request to exit; absent: none is wired.').meta({ example: 22 }),
  rexActiveLow: z.boolean().default(true).describe('A low level means that someone asks to exit.'),
  firePin: pin().exactOptional().describe('Pin of the fire panel\'s contact, normally closed: an open wire is an alarm; absent: none is wired.').meta({ example: 23 }),
  fireActiveLow: z.boolean().default(false).describe('A low level means alarm. Leave it off for a contact that is normally closed to ground.'),
  debounceMs: whole(0, 1_000).default(50).describe('How long an input must stay before it counts as changed.'),
  chipLabel: z.string().regex(/^[\w.-]{1,64}$/, 'must be the label of a GPIO chip').exactOptional()
    .describe('Label of the GPIO chip, as in /sys/class/gpio/gpiochip*/label; absent: the Raspberry Pi\'s own, found by itself.')
    .meta({ allowed: 'a label like pinctrl-rp1', example: 'pinctrl-bcm2711' }),
})
  .refine((it) => it.contactPin !== it.relayPin, about(['contactPin', 'relayPin'], 'must be another pin than relayPin'))
  .refine((it) => it.rexPin !== it.relayPin, about(['rexPin', 'relayPin'], 'must be another pin than relayPin'))
  .refine((it) => it.firePin === undefined || ![it.relayPin, it.contactPin, it.rexPin].includes(it.firePin), about(['firePin', 'relayPin', 'contactPin', 'rexPin'], 'must be a pin of its own'))
  .refine((it) => it.rexPin === undefined || it.rexPin !== it.contactPin, about(['rexPin', 'contactPin'], 'must be another pin than contactPin'));

export const doorIo = z.discriminatedUnion('driver', [simulated, onoff]);
