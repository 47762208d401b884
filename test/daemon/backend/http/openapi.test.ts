import { Validator } from '@seriousme/openapi-schema-validator';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { z } from 'zod';
import { checkAnswer, checkRefusal } from '../../../../daemon/backend/http/answer-check.ts';
import { ApiError } from '../../../../daemon/base/http/api-error.ts';
import { call, fileEndpoint, upload, type Endpoint } from '../../../../daemon/backend/http/endpoint.ts';
import { JsonSchemas } from '../../../../daemon/backend/http/json-schemas.ts';
import { openApiDocument, operationIdOf } from '../../../../daemon/backend/http/openapi.ts';
import { ApiDocument } from '../../../support/api-document.ts';

const thing = call({
  path: '/things', room: 'Service', summary: 'Makes a thing.', methods: ['GET', 'POST'], allows: ['admin', 'door'],
  body: z.object({ name: z.string(), size: z.int().optional(), kind: z.enum(['a', 'b']).optional() }),
  result: z.strictObject({ made: z.boolean(), at: z.iso.datetime().optional() }),
  refusals: [{ status: 409, code: 'thing-there', when: 'It is there.' }],
  examples: [{ title: 'A thing', body: { name: 'x' } }],
  answer: async () => ({ made: true }),
});
const found = fileEndpoint({
  path: '/things/{id}/parts/{part}', name: 'find-part', room: 'Service', summary: 'A part.', allows: 'anyone', contentType: 'text/csv', ranges: true,
  query: z.strictObject({ since: z.iso.datetime(), kind: z.array(z.enum(['a', 'b'])).optional() }),
  examples: [{ title: 'A part', params: { id: '1', part: '2' }, query: { since: '2026-03-02T09:00:00Z', kind: ['a', 'b'] } }],
  file: async () => ({ cacheControl: 'no-store', bytes: () => new Uint8Array(0) }),
});
const put = upload({
  path: '/things/{id}/picture', room: 'Service', summary: 'Takes a picture.', allows: ['door'], contentType: 'image/jpeg', maxBytes: 1_000, result: z.strictObject({ stored: z.boolean() }),
  store: async () => ({ stored: true }),
});
const table: Endpoint[] = [thing, found, put];

test('a call, a file and an upload of every kind make a document that is valid', async () => {
  const document = openApiDocument(table);
  const { valid, errors } = await new Validator().validate(structuredClone(document));
  assert.is(valid, true, JSON.stringify(errors));
  assert.equal(table.map((endpoint) => operationIdOf(endpoint, endpoint === thing ? 'POST' : endpoint === put ? 'PUT' : 'GET')), ['things', 'findPart', 'picture']);
  const { paths } = document as { paths: Record<string, Record<string, { parameters: object[]; security: object[]; operationId: string }>> };
  assert.equal(paths['/things/{id}/parts/{part}']?.get?.parameters, [
    { name: 'id', in: 'path', required: true, schema: { type: 'string' }, example: '1' },
    { name: 'part', in: 'path', required: true, schema: { type: 'string' }, example: '2' },
    { name: 'since', in: 'query', required: true, schema: { type: 'string', format: 'date-time' }, example: '2026-03-02T09:00:00Z' },
    { name: 'kind', in: 'query', required: false, schema: { type: 'array', items: { type: 'string', enum: ['a', 'b'] } }, example: ['a', 'b'] },
  ]);
  assert.equal(paths['/things']?.get?.operationId, 'thingsByGet');
  assert.equal(paths['/things']?.post?.security, [{ authScheme: [], apiKey: [] }, { doorCertificate: [] }]);
  assert.equal(paths['/things/{id}/parts/{part}']?.get?.security, []);
  const { responses } = paths['/things/{id}/parts/{part}']?.get as unknown as { responses: object };
  assert.equal(Object.keys(responses).filter((status) => Number(status) < 400 || status === '416'), ['200', '206', '304', '416']);
});

test('what may be left out may be null, what must be there not', () => {
  const document = new ApiDocument(openApiDocument(table));
  const fault = (body: unknown): string => document.faultOfRequest('POST', '/things', body);
  for (const body of [{ name: 'x' }, { name: 'x', size: null, kind: null }, { name: 'x', size: 1, kind: 'a', unknown: true }]) assert.is(fault(body), '');
  for (const body of [{}, { name: null }, { name: 'x', size: '1' }, { name: 'x', kind: 'c' }, []]) assert.is.not(fault(body), '', JSON.stringify(body));
});

test('an answer with a field too many, too few or of a wrong type is found, and so are a status and a code that are not documented', () => {
  const document = new ApiDocument(openApiDocument(table));
  const fault = (status: number, json: unknown, type = 'application/json'): string => document.faultOfAnswer('POST', '/things', { status, type, json });
  const refusal = (code: string): object => ({ error: true, errorMsg: 'No.', code });
  for (const json of [{ made: true }, { made: true, at: '2026-03-02T09:00:00Z' }, { made: true, warningMsg: 'x' }]) assert.is(fault(200, json), '');
  for (const json of [{}, { made: 'yes' }, { made: true, more: 1 }, { made: true, at: 'today' }]) assert.is.not(fault(200, json), '', JSON.stringify(json));
  assert.is(fault(409, refusal('thing-there')), '');
  assert.is(fault(401, refusal('wrong-key')), '');
  assert.is.not(fault(409, refusal('wrong-key')), '');
  assert.is.not(fault(401, { code: 'wrong-key' }), '');
  assert.is.not(fault(402, refusal('wrong-key')), '');
  assert.is.not(fault(200, { made: true }, 'text/html'), '');
});

test('a call that passes over what it does not know may say so in its answer, also where it else says null', () => {
  const warningOf = (result: z.ZodType, body: z.ZodType): unknown => (new JsonSchemas().ofAnswer(result, body).properties as Record<string, { type: unknown }>).warningMsg?.type;
  assert.is(warningOf(z.strictObject({}), z.object({})), 'string');
  assert.is(warningOf(z.strictObject({ warningMsg: z.string().optional() }), z.object({})), 'string');
  assert.equal(warningOf(z.strictObject({ warningMsg: z.null() }), z.object({})), ['string', 'null']);
  assert.is(warningOf(z.strictObject({}), z.strictObject({})), undefined);
});

test('a schema with an id that means two things is not documented as one', () => {
  const schemas = new JsonSchemas();
  const twofold = z.object({ size: z.int().default(1) }).meta({ id: 'TwofoldThing' });
  schemas.ofBody(z.object({ twofold }));
  assert.throws(() => schemas.ofAnswer(z.object({ twofold })), /TwofoldThing means two things/);
});

test('a server that checks its answers turns what it does not promise into a failure', () => {
  const made = thing;
  const code = (run: () => void): string => {
    try {
      run();
    } catch (thrown) {
      return (thrown as ApiError).code;
    }
    return '';
  };
  assert.is(code(() => checkAnswer(made, { made: true, at: undefined })), '');
  assert.is(code(() => checkAnswer(made, { made: true, more: 1 })), 'answer-bad');
  assert.is(code(() => checkAnswer(made, { made: true, at: new Date(0) })), '', 'as it will be sent');
  assert.is(code(() => checkRefusal(made, new ApiError(409, 'thing-there', 'No.'))), '');
  assert.is(code(() => checkRefusal(made, new ApiError(400, 'request-bad', 'No.'))), '');
  assert.is(code(() => checkRefusal(made, new ApiError(404, 'thing-there', 'No.'))), 'refusal-unknown');
  assert.is(code(() => checkRefusal(found, new ApiError(413, 'too-large', 'No.'))), 'refusal-unknown', 'a download takes no body');
});

test.run();
