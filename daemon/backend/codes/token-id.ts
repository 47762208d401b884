import { uuidBytes } from '../../base/ids.ts';
import { ApiError } from '../../base/http/api-error.ts';

/** What a call that names a token may be refused with. */
export const tokenRefusals = [
  { status: 400, code: 'token-id-bad', when: 'A token is named by something that is no id.' },
  { status: 404, code: 'token-unknown', when: 'There is no such token.' },
] as const;

/** The 16 bytes of a token's id as the API writes it. Throws ApiError('token-id-bad'). */
export function tokenIdBytes(text: string): Uint8Array {
  const bytes = uuidBytes(text);
  if (!bytes) throw new ApiError(400, 'token-id-bad', 'A token is named by its id of 22 characters, as generateQRAccessCode answered it; this is none.');
  return bytes;
}
