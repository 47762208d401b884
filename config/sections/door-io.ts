import { z } from 'zod';
import { filePath, gpioPin as pin, whole } from '../fields.ts';
import { pairsOf, withPinRules } from '../pin-rules.ts';
import { backendUrl } from './backend.ts';
import { doorUuid } from './door.ts';

const simulated = z.strictObject({
  driver: z.literal('simulated').describe('A door without hardware; its relay level is kept in a file.'),
  visitor: z.strictObject({
    opensAfterMs: whole(0, 60_000).default(800).describe('How long after a release someone opens the door.'),
    openForMs: whole(100, 600_000).default(3_000).describe('How long they leave it open.'),
  }).exactOptional().describe('Someone who walks through whenever the door is released; absent: the door stays closed.'),
});

const pull = (): z.ZodEnum<{ 'up': 'up'; 'down': 'down'; 'none': 'none'; 'as-is': 'as-is' }> => z.enum(['up', 'down', 'none', 'as-is']);

const pins = {
  relayPin: pin().describe('Pin of the lock relay (BCM number).').meta({ example: 17 }),
  relayActiveLow: z.boolean().default(false).describe('The relay board energises its coil on a low level. Electrical polarity only: at rest the door is locked either way.'),
  contactPin: pin().exactOptional().describe('Pin of the door position switch; absent: none is wired, and forced or held-open cannot be told.').meta({ example: 27 }),
  contactActiveLow: z.boolean().default(false).describe('A low level means that the door is open.'),
  rexPin: pin().exactOptional().describe('Pin of the request to exit; absent: none is wired.').meta({ example: 22 }),
  rexActiveLow: z.boolean().default(true).describe('A low level means that someone asks to exit.'),
  firePin: pin().exactOptional().describe('Pin of the fire panel\'s contact, normally closed: an open wire is an alarm; absent: none is wired.').meta({ example: 23 }),
  fireActiveLow: z.boolean().default(false).describe('A low level means alarm. Leave it off for a contact that is normally closed to ground.'),
  tamperPin: pin().exactOptional().describe('Pin of the contact that opens with the reader\'s or controller\'s housing; absent: none is wired.').meta({ example: 24 }),
  tamperActiveLow: z.boolean().default(false).describe('A low level means that the housing is open. Leave it off for a contact that is normally closed to ground.'),
  debounceMs: whole(0, 1_000).default(50).describe('How long an input must stay before it counts as changed. A request to exit and a fire alarm count at once; their end has to stay.'),
  chipLabel: z.string().regex(/^[\w.-]{1,31}$/, 'must be the label of a GPIO chip').exactOptional()
    .describe('Label of the GPIO chip, as `gpiodetect` and /sys/class/gpio/gpiochip*/label show it; absent: the Raspberry Pi\'s own, found by itself.')
    .meta({ allowed: 'a label like pinctrl-rp1', example: 'pinctrl-bcm2711' }),
};

/** sysfs cannot set a pull: there it is a matter of config.txt. */
const pulls = {
  contactPull: pull().default('up').describe('The pin\'s own pull resistor. Up for a switch to ground.'),
  rexPull: pull().default('up').describe('As contactPull.'),
  firePull: pull().default('up').describe('As contactPull; up makes a broken wire an alarm.'),
  tamperPull: pull().default('up').describe('As contactPull; up makes a broken wire an alarm.'),
};

/** The keys that name a pin; a later one gives way. */
export const DOOR_PINS = ['relayPin', 'contactPin', 'rexPin', 'firePin', 'tamperPin'] as const;
const pinPairs = pairsOf(DOOR_PINS);

const onoff = withPinRules(z.strictObject({ driver: z.literal('onoff').describe('The GPIO pins of a Raspberry Pi, through sysfs.'), ...pins }), pinPairs);

const gpiod = withPinRules(z.strictObject({
  driver: z.literal('gpiod').describe('The GPIO pins of a Raspberry Pi, through the character device: for kernels without GPIO in sysfs.'), ...pins, ...pulls,
}), pinPairs);

const auto = withPinRules(z.strictObject({
  driver: z.literal('auto').describe('onoff where the kernel has the pins in sysfs, gpiod elsewhere. The pulls are set by gpiod alone; onoff leaves them to config.txt.'), ...pins, ...pulls,
}), pinPairs);

const rhombus = z.strictObject({
  driver: z.literal('rhombus').describe('A lock that belongs to a Rhombus door controller, which is asked to unlock it. It relocks by its own time, and has contact, request to exit and their events.'),
  url: backendUrl().describe('Where its API answers, without a path.').meta({ example: 'https://api2.rhombussystems.com' }),
  apiKeyFile: filePath().describe('File with an API key that may unlock the door, readable by its owner only.').meta({ example: 'rhombus-api.key' }),
  doorUuid: doorUuid().exactOptional().describe('The door as the controller lists it; absent: door.uuid.'),
  caFile: filePath().exactOptional().describe('Certificates of whoever signed that server\'s, as PEM; absent: those this system trusts.').meta({ example: 'controller-ca.pem' }),
});

export const doorIo = z.discriminatedUnion('driver', [simulated, rhombus, onoff, gpiod, auto]);
