import { createHash } from 'node:crypto';
import type { Download } from '../call.ts';

/** The issuer's keys, signed by a root key. */
export const keySet: Download = {
  path: '/api/postern/keyset',
  isNamed: false,
  role: 'door',
  contentType: 'application/cose',
  file(_, { backend }) {
    const bytes = backend.keys.keySet;
    return { etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, bytes: () => bytes };
  },
};
