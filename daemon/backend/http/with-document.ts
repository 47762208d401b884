import { createHash } from 'node:crypto';
import { docsHeaders, docsPage } from './docs-page.ts';
import { fileEndpoint, type Endpoint } from './endpoint.ts';
import type { FileAnswer } from './file-answer.ts';
import { openApiDocument } from './openapi.ts';

/** An API and what tells about it: its OpenAPI document and a page made from that. They tell about themselves, too. */
export function withDocument(endpoints: readonly Endpoint[]): readonly Endpoint[] {
  const document = once(() => openApiDocument(all));
  const json = once(() => fileOf(`${JSON.stringify(document(), null, 2)}\n`));
  const page = once(() => fileOf(docsPage(document()), docsHeaders));
  const all: readonly Endpoint[] = [
    ...endpoints,
    fileEndpoint({
      path: '/api/postern/openapi.json',
      name: 'openApiDocument',
      room: 'Service',
      summary: 'This document: OpenAPI 3.1.',
      allows: 'anyone',
      contentType: 'application/json; charset=utf-8',
      examples: [{ title: 'The document' }],
      file: async () => json(),
    }),
    fileEndpoint({
      path: '/api/postern/docs',
      room: 'Service',
      summary: 'The same for people: a page.',
      allows: 'anyone',
      contentType: 'text/html; charset=utf-8',
      examples: [{ title: 'The page' }],
      file: async () => page(),
    }),
  ];
  return all;
}

function fileOf(text: string, headers: Readonly<Record<string, string>> = {}): FileAnswer {
  const bytes = Buffer.from(text);
  const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
  return { etag, cacheControl: 'public, no-cache', headers, bytes: () => bytes };
}

function once<T>(make: () => T): () => T {
  let made: { value: T } | undefined;
  return () => (made ??= { value: make() }).value;
}
