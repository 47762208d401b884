import { awaitOrder } from '../calls/await-order.ts';
import { claimOrder } from '../calls/claim-order.ts';
import { findAccessControlledDoors } from '../calls/find-access-controlled-doors.ts';
import { generateQRAccessCode } from '../calls/generate-qr-access-code.ts';
import { getDoorsForOrg } from '../calls/get-doors-for-org.ts';
import { getQRAccessCodes } from '../calls/get-qr-access-codes.ts';
import { health } from '../calls/health.ts';
import { keySet } from '../calls/key-set.ts';
import { reportOrder } from '../calls/report-order.ts';
import { revokeQRAccessCode } from '../calls/revoke-qr-access-code.ts';
import { tokenList } from '../calls/token-list.ts';
import { unlockAccessControlledDoor } from '../calls/unlock-access-controlled-door.ts';
import { validateQRAccessCode } from '../calls/validate-qr-access-code.ts';
import type { Endpoint } from './endpoint.ts';
import { withDocument } from './with-document.ts';

/** Everything the backend answers to; the API document is made from it. */
export const endpoints: readonly Endpoint[] = withDocument([
  // Codes
  generateQRAccessCode, getQRAccessCodes, revokeQRAccessCode,
  // Doors
  findAccessControlledDoors, getDoorsForOrg, validateQRAccessCode,
  // Orders to doors
  unlockAccessControlledDoor, awaitOrder, claimOrder, reportOrder,
  // Lists and keys
  keySet, tokenList,
  health,
]);
