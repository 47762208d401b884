import { z } from 'zod';
import { filePath, whole } from '../fields.ts';

const replay = z.strictObject({
  driver: z.literal('replay').describe('Plays a recorded session: for trying out and for finding out what happened.'),
  session: filePath().describe('The recorded session\'s folder.').meta({ example: 'sessions/front-door' }),
  loopPauseS: whole(0, 86_400).exactOptional().describe('Pause after the end before it plays again; absent: it plays once.').meta({ example: 30 }),
});

export const camera = z.discriminatedUnion('driver', [replay]);
