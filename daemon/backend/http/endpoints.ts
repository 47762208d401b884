import { evidencePicture, uploadEvidence } from '../calls/evidence.ts';
import { exportEvents } from '../calls/export-events.ts';
import { findEvents } from '../calls/find-events.ts';
import { findPaginatedComponentEvents } from '../calls/find-paginated-component-events.ts';
import { generateQRAccessCode } from '../calls/generate-qr-access-code.ts';
import { getDoorsForOrg } from '../calls/get-doors-for-org.ts';
import { getQRAccessCodes } from '../calls/get-qr-access-codes.ts';
import { health } from '../calls/health.ts';
import { keySet } from '../calls/key-set.ts';
import { resumeQRAccessCode } from '../calls/resume-qr-access-code.ts';
import { revokeQRAccessCode } from '../calls/revoke-qr-access-code.ts';
import { suspendQRAccessCode } from '../calls/suspend-qr-access-code.ts';
import { tokenList } from '../calls/token-list.ts';
import { uploadEvents } from '../calls/upload-events.ts';
import { validateQRAccessCode } from '../calls/validate-qr-access-code.ts';
import type { Endpoint } from './endpoint.ts';

/** Everything the backend answers to; the API document is made from it. */
export const endpoints: readonly Endpoint[] = [
  // Codes
  generateQRAccessCode, getQRAccessCodes, revokeQRAccessCode, suspendQRAccessCode, resumeQRAccessCode,
  // Doors
  getDoorsForOrg, validateQRAccessCode,
  // Events
  uploadEvents, uploadEvidence, evidencePicture, findEvents, findPaginatedComponentEvents, exportEvents,
  // Lists and keys
  keySet, tokenList,
  health,
];
