import { createHash } from 'node:crypto';
import { fileEndpoint } from '../http/endpoint.ts';

export const keySet = fileEndpoint({
  path: '/api/postern/keyset',
  room: 'Lists and keys',
  summary: 'The issuer\'s keys, signed by a root key.',
  allows: ['door', 'admin', 'issuer'],
  contentType: 'application/cose',
  examples: [{ title: 'The keys' }],
  async file({ backend }) {
    const bytes = backend.keys.keySet;
    return { etag: `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`, cacheControl: 'private, no-cache', bytes: () => bytes };
  },
});
