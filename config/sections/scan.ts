import { z } from 'zod';
import { whole } from '../fields.ts';

export const scan = z.strictObject({
  maxFrameAgeMs: whole(50, 2_000).default(300).describe('A frame that arrived longer ago than this is dropped unread: no verdict comes from an old picture.'),
  rearmMs: whole(200, 60_000).default(1_500).describe('How long a code must be out of view before showing it again is a new try.'),
  retryMs: whole(500, 60_000).default(3_000).describe('How often a code that is still shown is tried again after "unavailable".'),
  maxCodes: whole(1, 10).default(3).describe('How many codes of one picture are tried, the largest first.'),
  extraLookMs: whole(0, 200).default(10).describe('How long each picture that shows no readable code may be looked at in other ways (enlarged, brightened, straightened), on average; 0: not at all.'),
  gateHeartbeatMs: whole(0, 10_000).default(8_000).describe('Pictures in which nothing is new, and those that are black, blank or blurred all over, are not decoded; this is the longest time without one being decoded all the same; in a scene that has just come to rest it is an eighth of it. 0: every picture is decoded.'),
  decodeDeadlineMs: whole(100, 10_000).default(1_000).describe('A decode that takes longer than this gets its worker replaced.'),
});
