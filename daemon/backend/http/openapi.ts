import { STATUS_CODES } from 'node:http';
import { commonRefusals } from './common-refusals.ts';
import type { Call, Endpoint, Example, Refusal, Room, Upload } from './endpoint.ts';
import { JsonSchemas, type Json } from './json-schemas.ts';
import { withSharedResponses, type Paths } from './shared-responses.ts';

/** Of the API, not of the program: it changes when a client could notice. */
const API_VERSION = '1.0.0';

const rooms: Record<Room, string> = {
  Codes: 'Issue, list and revoke codes.',
  Doors: 'The doors, and what they ask.',
  'Lists and keys': 'What a door keeps so that it can decide by itself.',
  Events: 'What happened at the doors.',
  Passes: 'Codes for people.',
  Service: 'About the backend itself.',
};

const about = `The service that issues codes for doors, answers for them and signs the doors' lists.

Calls are JSON over POST. Paths and fields are the published ones where there is one; what is left out may as well be null, and fields
that a call which only asks does not know are passed over and named in \`warningMsg\`. A call that changes something refuses them.
Doors and tokens are named by RUUID (22 characters) or UUID (36 characters) and answered as RUUID.

A refused request gets \`{error: true, errorMsg, code}\`: the sentence says what to do, the code is what a program compares.
It has changed nothing.`;

/** The OpenAPI 3.1 document of an API. */
export function openApiDocument(endpoints: readonly Endpoint[]): Json {
  const schemas = new JsonSchemas();
  const whole: Paths = {};
  for (const endpoint of endpoints) {
    whole[endpoint.path] = { ...whole[endpoint.path], ...operationsOf(endpoint, schemas) };
  }
  const { paths, responses } = withSharedResponses(whole, responseName);
  const used = new Set(endpoints.map((endpoint) => endpoint.room));
  return {
    openapi: '3.1.0',
    info: { title: 'Postern backend', version: API_VERSION, description: about, license: { name: 'MIT', identifier: 'MIT' } },
    servers: [{ url: '/', description: 'Where this document was read.' }],
    tags: Object.entries(rooms).filter(([name]) => used.has(name as Room)).map(([name, description]) => ({ name, description })),
    paths,
    components: { securitySchemes, schemas: { Refusal: refusalSchema, ...schemas.components }, responses },
  };
}

function responseName(status: string): string {
  return (STATUS_CODES[status] ?? status).replaceAll(/[^A-Za-z]/g, '');
}

/** The operation of an endpoint for each of its methods, unique among all. */
export function operationIdOf(endpoint: Endpoint, method: string): string {
  const name = endpoint.name ?? endpoint.path.split('/').filter((part) => !part.startsWith('{')).at(-1) ?? '';
  const plain = name.replaceAll(/[^A-Za-z0-9]+(\w?)/g, (_, letter: string) => letter.toUpperCase());
  return method === documentedMethods(endpoint)[0] ? plain : `${plain}By${method.charAt(0)}${method.slice(1).toLowerCase()}`;
}

/** HEAD goes without saying; of two methods the published POST first. */
export function documentedMethods(endpoint: Endpoint): string[] {
  switch (endpoint.kind) {
    case 'call': return [...endpoint.methods].sort().reverse();
    case 'file': return ['GET'];
    case 'upload': return ['PUT'];
  }
}

const securitySchemes: Json = {
  apiKey: { type: 'apiKey', in: 'header', name: 'x-auth-apikey', description: 'An API key.' },
  authScheme: { type: 'apiKey', in: 'header', name: 'x-auth-scheme', description: 'Always `api-token`.' },
  doorCertificate: { type: 'mutualTLS', description: 'A door\'s client certificate, in place of a key.' },
};

const refusalSchema: Json = {
  type: 'object',
  description: 'A refused request.',
  properties: {
    error: { const: true },
    errorMsg: { type: 'string', description: 'A sentence that says what to do.' },
    code: { type: 'string', pattern: '^[a-z0-9]+(-[a-z0-9]+)*$', description: 'What a program compares.' },
  },
  required: ['error', 'errorMsg', 'code'],
  additionalProperties: false,
};

function operationsOf(endpoint: Endpoint, schemas: JsonSchemas): Paths[string] {
  return Object.fromEntries(documentedMethods(endpoint).map((method) => [method.toLowerCase(), operationOf(endpoint, method, schemas)]));
}

function operationOf(endpoint: Endpoint, method: string, schemas: JsonSchemas): Paths[string][string] {
  const parameters = parametersOf(endpoint, schemas);
  const requestBody = method === 'GET' ? undefined : requestBodyOf(endpoint, schemas);
  return {
    operationId: operationIdOf(endpoint, method),
    ...(endpoint.room && { tags: [endpoint.room] }),
    summary: endpoint.summary,
    description: [endpoint.description, allowedText(endpoint)].filter(Boolean).join('\n\n'),
    security: securityOf(endpoint),
    ...(parameters.length > 0 && { parameters }),
    ...(requestBody && { requestBody }),
    responses: { ...answersOf(endpoint, schemas), ...refusalsOf(endpoint) },
  };
}

function allowedText({ allows }: Endpoint): string {
  if (allows === 'anyone') return 'For anyone, without a key.';
  const roles = allows.map((role) => `\`${role}\``);
  return `For keys with the role ${roles.length > 1 ? `${roles.slice(0, -1).join(', ')} or ${roles.at(-1)}` : roles[0]}.`;
}

function securityOf({ allows }: Endpoint): Json[] {
  if (allows === 'anyone') return [];
  return [{ authScheme: [], apiKey: [] }, ...allows.includes('door') ? [{ doorCertificate: [] }] : []];
}

function parametersOf(endpoint: Endpoint, schemas: JsonSchemas): Json[] {
  const inPath = [...endpoint.path.matchAll(/\{(\w+)\}/g)].map(([, name = '']) => ({ name, in: 'path', required: true, schema: { type: 'string' }, ...exampleOf(endpoint, 'params', name) }));
  const inQuery = endpoint.query ? schemas.ofQuery(endpoint.query).map((field) => ({ ...field, in: 'query', ...exampleOf(endpoint, 'query', field.name) })) : [];
  return [...inPath, ...inQuery];
}

function exampleOf(endpoint: Endpoint, part: 'params' | 'query', name: string): Json {
  const example: unknown = endpoint.examples?.find((it) => it[part]?.[name] !== undefined)?.[part]?.[name];
  return example === undefined ? {} : { example };
}

function requestBodyOf(endpoint: Endpoint, schemas: JsonSchemas): Json | undefined {
  switch (endpoint.kind) {
    case 'call': return { ...endpoint.maxBytes !== undefined && { description: `At most ${endpoint.maxBytes} bytes.` }, content: { 'application/json': { schema: schemas.ofBody(endpoint.body), ...examplesOf(endpoint, 'body') } } };
    case 'upload': return { required: true, description: `At most ${endpoint.maxBytes} bytes.`, content: { [endpoint.contentType]: examplesOf(endpoint, 'body') } };
    case 'file': return undefined;
  }
}

function examplesOf(endpoint: Endpoint, part: 'body' | 'answer'): Json {
  const shown = (endpoint.examples ?? []).filter((example) => example[part] !== undefined);
  if (shown.length === 0) return {};
  return { examples: Object.fromEntries(shown.map((example) => [keyOf(example), { summary: example.title, value: example[part] }])) };
}

function keyOf({ title }: Example): string {
  return title.toLowerCase().replaceAll(/[^a-z0-9]+/g, '-');
}

function answersOf(endpoint: Endpoint, schemas: JsonSchemas): Record<string, Json> {
  switch (endpoint.kind) {
    case 'call': return { 200: jsonAnswerOf(endpoint, schemas) };
    case 'upload': return { 200: jsonAnswerOf(endpoint, schemas) };
    case 'file': return {
      200: { description: 'The file.', headers: { ETag: { description: 'Names this version of it.', schema: { type: 'string' } } }, content: { [endpoint.contentType]: {} } },
      ...endpoint.ranges && {
        206: { description: 'The part of it that Range asks for.', content: { [endpoint.contentType]: {} } },
        416: { description: 'It is shorter than where Range begins; Content-Range says how long it is. Without a body.' },
      },
      304: { description: 'The asker has this version already, by its If-None-Match.' },
    };
  }
}

function jsonAnswerOf(endpoint: Call | Upload, schemas: JsonSchemas): Json {
  const schema = schemas.ofAnswer(endpoint.result, endpoint.kind === 'call' ? endpoint.body : undefined);
  return { description: 'Done.', content: { 'application/json': { schema, ...examplesOf(endpoint, 'answer') } } };
}

/** By status, its codes and when each comes. */
function refusalsOf(endpoint: Endpoint): Record<string, Json> {
  const all = [...endpoint.refusals ?? [], ...commonRefusals(endpoint)];
  const statuses = [...new Set(all.map(({ status }) => status))].sort((a, b) => a - b);
  return Object.fromEntries(statuses.map((status) => [status, refusalAnswer(status, all.filter((refusal) => refusal.status === status))]));
}

function refusalAnswer(status: number, refusals: Refusal[]): Json {
  const codes = [...new Set(refusals.map(({ code }) => code))];
  return {
    description: `${STATUS_CODES[status] ?? 'Refused'}.\n\n${refusals.map(({ code, when }) => `- \`${code}\`: ${when}`).join('\n')}`,
    ...headersOf(status),
    content: { 'application/json': { schema: { $ref: '#/components/schemas/Refusal', properties: { code: { enum: codes } } } } },
  };
}

function headersOf(status: number): Json {
  if (status === 405) return { headers: { Allow: { description: 'The methods it takes.', schema: { type: 'string' } } } };
  if (status === 429 || status === 503) return { headers: { 'Retry-After': { description: 'Seconds to wait.', schema: { type: 'integer' } } } };
  return {};
}
