import { z } from 'zod';
import { about, gpioPin, whole } from '../fields.ts';

export const light = z.strictObject({
  pin: gpioPin().exactOptional().describe('Pin that switches a lamp or infrared light beside the camera (BCM number); absent: none is wired.').meta({ example: 19 }),
  activeLow: z.boolean().default(false).describe('A low level switches it on.'),
  mode: z.enum(['off', 'on-motion', 'dark']).default('off').describe('When it is on: never, while something moves, or while the camera sees too little. In the dark it goes out for a moment now and then, to see whether it is still needed.'),
  holdS: whole(1, 3_600).default(30).describe('How long it stays on after the last movement, and at least.'),
  steerExposure: z.boolean().default(false).describe('Whether exposure and gain of a v4l2 camera are steered: short ones for bright screens in turn with long ones for the hall. It takes v4l2-ctl (package v4l-utils) and a camera with manual exposure, as most USB cameras have; the log says where there is none. Whoever else uses the camera has its automatic exposure off meanwhile. It is given back when the daemon stops; after a SIGKILL the camera keeps what was set last until the daemon has run again or the camera is unplugged.'),
  mainsHz: z.union([z.literal(50), z.literal(60)]).default(50).describe('Frequency of the mains, with twice of which lamps flicker.').meta({ allowed: '50 or 60' }),
})
  .refine((it) => it.mode === 'off' || it.pin !== undefined, about(['mode', 'pin'], 'must be off without a pin'));
