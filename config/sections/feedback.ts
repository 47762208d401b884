import { z } from 'zod';
import { gpioPin } from '../fields.ts';

export const feedback = z.strictObject({
  greenPin: gpioPin().exactOptional().describe('Pin of the green lamp (BCM number); absent: none is wired. Of a simulated door the level is a file in its folder.').meta({ example: 5 }),
  greenActiveLow: z.boolean().default(false).describe('A low level lights it.'),
  redPin: gpioPin().exactOptional().describe('Pin of the red lamp; absent: none is wired.').meta({ example: 6 }),
  redActiveLow: z.boolean().default(false).describe('A low level lights it.'),
  buzzerPin: gpioPin().exactOptional().describe('Pin of a buzzer that sounds by itself while it is on; absent: none is wired.').meta({ example: 13 }),
  buzzerActiveLow: z.boolean().default(false).describe('A low level sounds it.'),
});
