import { z } from 'zod';
import { filePath, whole } from '../fields.ts';

const grantOrDeny = z.enum(['grant', 'deny']);

export const access = z.strictObject({
  maxTokenDays: whole(1, 366).default(31).describe('A code that is valid for longer than this is denied, whoever signed it.'),
  onlineDeadlineMs: whole(50, 5_000).default(500).describe('How long the backend may take to answer before the door decides by its list.'),
  maxListAgeH: whole(1, 720).default(24).describe('How old the list of codes may be while the door decides by it. A revocation reaches an offline door within this time.'),
  pollS: whole(5, 3_600).default(60).describe('How often the list is asked for.'),
  whenNewerThanList: grantOrDeny.default('grant').describe('Offline, for a code that was issued after the list was made, while the list is fresh.'),
  whenListStale: grantOrDeny.default('deny').describe('Offline, when the list is older than maxListAgeH or has expired.'),
  whenClockUnverified: grantOrDeny.default('deny').describe('Offline, while the door is not sure of the time.'),
  foreignCodes: z.enum(['deny', 'online']).default('deny').describe('Codes that are not Postern tokens: denied, or asked of the backend as they are.'),
  rootKeysFile: filePath().describe('The root public keys the door trusts: one base64url key a line, # begins a comment.').meta({ example: 'root-keys.txt' }),
  zoneMasterFile: filePath().exactOptional().describe('The zone\'s secret for rotating codes, readable by its owner only; absent: rotating codes need the backend.').meta({ example: 'zone-master.key' }),
  remoteUnlock: z.enum(['off', 'on']).default('off').describe('Whether the door asks the backend for orders to unlock. With on, whoever holds an admin key of the backend can open the door.'),
  rtcHasBattery: z.boolean().default(false).describe('The board has a real-time clock with a battery, so that its time counts after a power cut.'),
});
