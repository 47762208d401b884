import { z } from 'zod';

/** Fields that several calls share. */

/** A person or system, as an integrator names it for the audit log. */
export const auditPrincipal = z.string().min(1).max(200).regex(/^\P{Cc}*$/u, 'must not contain control characters').optional()
  .describe('On whose behalf, for the audit log.');

/** A door or token as it is answered: 22 base64url characters. */
export const ruuid = z.string().regex(/^[A-Za-z0-9_-]{22}$/).describe('16 bytes as 22 base64url characters.');

/** The page that follows: what an answer of a paged call carries, null on the last page. */
export const lastEvaluatedKey = z.string().nullable().describe('Pass it on for the next page; null when this was the last.');

export const codeStatus = z.enum(['active', 'suspended', 'revoked']);
