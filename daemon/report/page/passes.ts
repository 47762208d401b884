import { z } from 'zod';
import { ApiError } from '../../base/http/api-error.ts';
import type { Pass, PassRequest } from './api.ts';

/** The embedded backend, as far as the page asks it. Rejects with ApiError(4xx) for what it refuses. */
export interface PassIssuer {
  issue(request: { validS: number; notBeforeMs?: number; uses?: number; extended?: boolean }, principal: string): Promise<{ tokenId: string; png: Uint8Array; expiresAtMs: number }>;
}

export const passBody = z.strictObject({
  validForS: z.int().min(60).max(31 * 86_400),
  note: z.string().max(100).regex(/^[^\p{Cc}\p{Cf}\p{Zl}\p{Zp}]*$/u, 'must not contain control characters').exactOptional(),
  maxUses: z.int().min(1).max(1_000).exactOptional(),
  notBeforeMs: z.int().min(0).max(8_640_000_000_000_000).exactOptional(),
  extended: z.boolean().exactOptional(),
}) satisfies z.ZodType<PassRequest>;

/** Issues a pass in the name of whoever is logged in. Rejects with ApiError(404 'no-backend'), and as the issuer does. */
export async function issuePass(issuer: PassIssuer | undefined, { validForS, note, maxUses, notBeforeMs, extended }: PassRequest, by: string): Promise<{ pass: Pass; tokenId: string }> {
  if (!issuer) throw new ApiError(404, 'no-backend', 'No backend runs inside this daemon. Issue passes at the backend the door belongs to.');
  const request = {
    validS: validForS,
    ...(notBeforeMs !== undefined && { notBeforeMs }),
    ...(maxUses !== undefined && { uses: maxUses }),
    ...(extended !== undefined && { extended }),
  };
  const { tokenId, png, expiresAtMs } = await issuer.issue(request, note === undefined || note === '' ? by : `${by}: ${note}`);
  return { tokenId, pass: { token: tokenId.slice(0, 8), qrPng: Buffer.from(png).toString('base64'), expiresAtMs } };
}
