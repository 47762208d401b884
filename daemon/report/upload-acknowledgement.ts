import { z } from 'zod';

/** A picture that the backend lacks. */
export interface MissingPicture {
  attemptId: string;
  kind: string;
  sha256: string;
}

const picture = z.object({ attemptId: z.string().max(64), kind: z.string().max(16), sha256: z.string().max(64) });
const acknowledgement = z.object({ acceptedThroughSeq: z.number(), missingPictures: z.array(picture).max(1_000).default([]), error: z.literal(false).nullish() });

/** The pictures that are missing; undefined when the answer does not acknowledge everything up to `lastSeq`. */
export function readAcknowledgement(json: unknown, lastSeq: number): MissingPicture[] | undefined {
  const parsed = acknowledgement.safeParse(json);
  return parsed.success && parsed.data.acceptedThroughSeq === lastSeq ? parsed.data.missingPictures : undefined;
}
