import { Validator } from '@seriousme/openapi-schema-validator';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Endpoint, Example } from '../../../../daemon/backend/http/endpoint.ts';
import { endpoints } from '../../../../daemon/backend/http/endpoints.ts';
import { documentedMethods, operationIdOf } from '../../../../daemon/backend/http/openapi.ts';
import type { Role } from '../../../../daemon/backend/keys/api-keys.ts';
import { ApiDocument } from '../../../support/api-document.ts';
import { exampleBackend } from './example-backend.ts';

interface Served {
  url: string;
  document: ApiDocument;
  headersOf(role: Role): Record<string, string>;
}

/** Gives `use` a backend of its own, so that what an example changes is seen by no other. */
async function served(use: (it: Served) => Promise<void>): Promise<void> {
  const backend = await exampleBackend();
  try {
    const { url } = await backend.listen({ host: '127.0.0.1', port: 0, checkAnswers: true });
    const document = new ApiDocument(await (await fetch(`${url}/api/postern/openapi.json`)).json() as object);
    await use({ url, document, headersOf: (role) => ({ 'x-auth-scheme': 'api-token', 'x-auth-apikey': backend.createApiKey(role) }) });
  } finally {
    await backend.close();
  }
}

const roleFor = ({ allows }: Endpoint): Role | undefined => allows === 'anyone' ? undefined : allows.find((role) => role === 'admin') ?? allows[0];

function urlOf(it: Served, { path }: Endpoint, { params = {}, query = {} }: Pick<Example, 'params' | 'query'>): string {
  const filled = path.replaceAll(/\{(\w+)\}/g, (_, name: string) => encodeURIComponent(params[name] ?? ''));
  const after = new URLSearchParams(Object.entries(query).flatMap(([name, values]) => [values].flat().map((value) => [name, value] as [string, string]))).toString();
  return it.url + filled + (after === '' ? '' : `?${after}`);
}

function bodyOf(endpoint: Endpoint, method: string, example: Example): { headers: Record<string, string>; body?: string } {
  if (method === 'GET') return { headers: {} };
  if (endpoint.kind === 'upload') return { headers: { 'content-type': endpoint.contentType }, body: String(example.body) };
  return { headers: { 'content-type': 'application/json' }, body: JSON.stringify(example.body ?? {}) };
}

async function answerTo(url: string, init: RequestInit): Promise<{ status: number; type: string; json: unknown }> {
  const response = await fetch(url, init);
  const type = response.headers.get('content-type') ?? '';
  const text = await response.text();
  const isJson = /^application\/json\b/.test(type);
  return { status: response.status, type: type === 'application/json; charset=utf-8' && response.status !== 200 ? 'application/json' : type, json: isJson ? JSON.parse(text) : text };
}

test('the document is valid OpenAPI 3.1 by OpenAPI\'s own schema', async () => {
  await served(async ({ document }) => {
    const { valid, errors } = await new Validator().validate({ ...document.json });
    assert.is(valid, true, JSON.stringify(errors));
    assert.is(document.json.openapi, '3.1.0');
  });
});

test('every endpoint is documented, under an id of its own, in a room, with a sentence and an example', async () => {
  await served(async ({ document }) => {
    const ids: string[] = [];
    for (const endpoint of endpoints) {
      const { path, room, summary, examples = [] } = endpoint;
      assert.ok(room, `${path}: name its room`);
      assert.match(summary, /^[A-Z].*\.$/, path);
      assert.ok(examples.length > 0, `${path}: give an example of a request, so that it can be tried`);
      for (const method of documentedMethods(endpoint)) {
        const operation = document.operation(method, path);
        ids.push(operation.operationId);
        assert.is(operation.operationId, operationIdOf(endpoint, method));
        assert.equal(operation.tags, [room]);
      }
    }
    assert.is(new Set(ids).size, ids.length, `each operation needs a name of its own: ${ids.join(', ')}`);
    assert.is(ids.length, Object.values(document.json.paths).flatMap((operations) => Object.keys(operations)).length);
  });
});

for (const endpoint of endpoints) {
  for (const example of endpoint.examples ?? []) {
    for (const method of documentedMethods(endpoint)) {
      test(`${method} ${endpoint.path} (${example.title}) is answered as documented`, () => served(async (it) => {
        const { document } = it;
        const role = roleFor(endpoint);
        const { headers, body } = bodyOf(endpoint, method, example);
        if (endpoint.kind === 'call' && body !== undefined) assert.is(document.faultOfRequest(method, endpoint.path, JSON.parse(body)), '', 'the example is right');
        const answer = await answerTo(urlOf(it, endpoint, example), { method, headers: { ...headers, ...role && it.headersOf(role) }, ...(body !== undefined && { body }) });
        const { status = 200 } = example;
        assert.is(answer.status, status, JSON.stringify(answer.json).slice(0, 300));
        if (endpoint.kind === 'file' && status === 200) assert.is(answer.type, endpoint.contentType);
        else assert.is(document.faultOfAnswer(method, endpoint.path, { ...answer, type: 'application/json' }), '');
        if (example.answer !== undefined) assert.is(document.faultOfAnswer(method, endpoint.path, { status: 200, type: 'application/json', json: example.answer }), '', 'the documented answer is right');
      }));
    }
  }
}

interface Wrong {
  situation: string;
  status: number;
  /** Undefined where the endpoint cannot be asked in this wrong way. */
  request: (it: Served, endpoint: Endpoint, method: string) => RequestInit | undefined;
  url?: (right: string) => string;
}

function right(it: Served, endpoint: Endpoint, method: string): RequestInit & { headers: Record<string, string> } {
  const role = roleFor(endpoint);
  const { headers, body } = bodyOf(endpoint, method, endpoint.examples?.[0] ?? { title: '' });
  return { method, headers: { ...headers, ...role && it.headersOf(role) }, ...(body !== undefined && { body }) };
}

const takesJson = (endpoint: Endpoint, method: string): boolean => endpoint.kind === 'call' && method === 'POST';

const wrongs: Wrong[] = [
  { situation: 'without a key', status: 401, request: (it, endpoint, method) => endpoint.allows === 'anyone' ? undefined : { ...right(it, endpoint, method), headers: {} } },
  {
    situation: 'with a key for other calls', status: 403,
    request(it, endpoint, method) {
      const other = endpoint.allows === 'anyone' ? undefined : (['door', 'admin'] as const).find((role) => !endpoint.allows.includes(role));
      return other && { ...right(it, endpoint, method), headers: { ...right(it, endpoint, method).headers, ...it.headersOf(other) } };
    },
  },
  { situation: 'with a method it has not', status: 405, request: (it, endpoint, method) => ({ headers: right(it, endpoint, method).headers, method: 'DELETE' }) },
  { situation: 'with a query that nobody knows', status: 400, request: right, url: (url) => `${url}${url.includes('?') ? '&' : '?'}nobody=knows` },
  { situation: 'with half a body', status: 400, request: (it, endpoint, method) => takesJson(endpoint, method) ? { ...right(it, endpoint, method), body: '{"a":' } : undefined },
  { situation: 'with a list for a body', status: 400, request: (it, endpoint, method) => takesJson(endpoint, method) ? { ...right(it, endpoint, method), body: '[]' } : undefined },
  { situation: 'with a body that is too large', status: 413, request: (it, endpoint, method) => takesJson(endpoint, method) ? { ...right(it, endpoint, method), body: ' '.repeat((endpoint.kind === 'call' && endpoint.maxBytes || 65_536) + 1) } : undefined },
  {
    situation: 'with a body that is said to be no JSON', status: 415,
    request: (it, endpoint, method) => takesJson(endpoint, method) ? { ...right(it, endpoint, method), headers: { ...right(it, endpoint, method).headers, 'content-type': 'text/plain' } } : undefined,
  },
];

for (const { situation, status, request, url = (it: string) => it } of wrongs) {
  test(`asked ${situation}, every endpoint refuses with ${status} as documented`, () => served(async (it) => {
    let asked = 0;
    for (const endpoint of endpoints) {
      for (const method of documentedMethods(endpoint)) {
        const init = request(it, endpoint, method);
        if (!init) continue;
        const answer = await answerTo(url(urlOf(it, endpoint, endpoint.examples?.[0] ?? {})), init);
        assert.is(answer.status, status, `${method} ${endpoint.path}: ${JSON.stringify(answer.json).slice(0, 200)}`);
        assert.is(it.document.faultOfAnswer(method, endpoint.path, answer), '', `${method} ${endpoint.path}`);
        asked++;
      }
    }
    assert.ok(asked >= 6, `${asked} were asked`);
  }));
}

test.run();
