import { awaitOrder } from '../calls/await-order.ts';
import { claimOrder } from '../calls/claim-order.ts';
import { createWebPass } from '../calls/create-web-pass.ts';
import { evidencePicture, uploadEvidence } from '../calls/evidence.ts';
import { exportEvents } from '../calls/export-events.ts';
import { findAccessControlledDoors } from '../calls/find-access-controlled-doors.ts';
import { findEvents } from '../calls/find-events.ts';
import { findPaginatedComponentEvents } from '../calls/find-paginated-component-events.ts';
import { generateQRAccessCode } from '../calls/generate-qr-access-code.ts';
import { getDoorsForOrg } from '../calls/get-doors-for-org.ts';
import { getQRAccessCodes } from '../calls/get-qr-access-codes.ts';
import { health } from '../calls/health.ts';
import { keySet } from '../calls/key-set.ts';
import { lookAtWebPass } from '../calls/look-at-web-pass.ts';
import { reportOrder } from '../calls/report-order.ts';
import { resumeQRAccessCode } from '../calls/resume-qr-access-code.ts';
import { revokeQRAccessCode } from '../calls/revoke-qr-access-code.ts';
import { suspendQRAccessCode } from '../calls/suspend-qr-access-code.ts';
import { takeWebPass } from '../calls/take-web-pass.ts';
import { tokenList, tokenListByDoor, tokenListDelta } from '../calls/token-list.ts';
import { unlockAccessControlledDoor } from '../calls/unlock-access-controlled-door.ts';
import { uploadEvents } from '../calls/upload-events.ts';
import { validateQRAccessCode } from '../calls/validate-qr-access-code.ts';
import { passPageFiles } from '../passes/page/page-files.ts';
import type { Endpoint } from './endpoint.ts';
import { withDocument } from './with-document.ts';

/** Everything the backend answers to; the API document is made from it. */
export const endpoints: readonly Endpoint[] = withDocument([
  // Codes
  generateQRAccessCode, getQRAccessCodes, revokeQRAccessCode, suspendQRAccessCode, resumeQRAccessCode,
  // Doors
  findAccessControlledDoors, getDoorsForOrg, validateQRAccessCode,
  // Orders to doors
  unlockAccessControlledDoor, awaitOrder, claimOrder, reportOrder,
  // Events
  uploadEvents, uploadEvidence, evidencePicture, findEvents, findPaginatedComponentEvents, exportEvents,
  // Lists and keys
  keySet, tokenList, tokenListByDoor, tokenListDelta,
  // Passes
  createWebPass, lookAtWebPass, takeWebPass, ...passPageFiles,
  health,
]);
