import { createWebPass } from '../calls/create-web-pass.ts';
import { generateQRAccessCode } from '../calls/generate-qr-access-code.ts';
import { getDoorsForOrg } from '../calls/get-doors-for-org.ts';
import { getQRAccessCodes } from '../calls/get-qr-access-codes.ts';
import { health } from '../calls/health.ts';
import { keySet } from '../calls/key-set.ts';
import { lookAtWebPass } from '../calls/look-at-web-pass.ts';
import { resumeQRAccessCode } from '../calls/resume-qr-access-code.ts';
import { revokeQRAccessCode } from '../calls/revoke-qr-access-code.ts';
import { suspendQRAccessCode } from '../calls/suspend-qr-access-code.ts';
import { takeWebPass } from '../calls/take-web-pass.ts';
import { tokenList } from '../calls/token-list.ts';
import { validateQRAccessCode } from '../calls/validate-qr-access-code.ts';
import { passPageFiles } from '../passes/page/page-files.ts';
import type { Endpoint } from './endpoint.ts';

/** Everything the backend answers to; the API document is made from it. */
export const endpoints: readonly Endpoint[] = [
  // Codes
  generateQRAccessCode, getQRAccessCodes, revokeQRAccessCode, suspendQRAccessCode, resumeQRAccessCode,
  // Doors
  getDoorsForOrg, validateQRAccessCode,
  // Lists and keys
  keySet, tokenList,
  // Passes
  createWebPass, lookAtWebPass, takeWebPass, ...passPageFiles,
  health,
];
