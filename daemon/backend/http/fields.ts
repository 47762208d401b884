import { z } from 'zod';

/** Fields that several calls share. Those with an id stand in the API document once. */

/** A person or system, as an integrator names it for the audit log. */
export const auditPrincipal = z.string().min(1).max(200).regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters').optional()
  .describe('On whose behalf, for the audit log.');

/** A door or token as it is answered: 22 base64url characters. */
export const ruuid = z.string().regex(/^[A-Za-z0-9_-]{22}$/).meta({ id: 'Ruuid', description: '16 bytes as 22 base64url characters.' });

/** A door or token as it may be asked for. What is wrong with it is said by whoever looks it up. */
export const anyUuid = z.string().meta({ id: 'AnyUuid', description: 'An RUUID (22 base64url characters) or a UUID (36 characters).' });

/** The page that follows: what an answer of a paged call carries, null on the last page. */
export const lastEvaluatedKey = z.string().nullable().describe('Pass it on for the next page; null when this was the last.');

export const codeStatus = z.enum(['active', 'suspended', 'revoked']).meta({ id: 'CodeStatus', description: 'A suspended code may be resumed, a revoked one not.' });
