import { createHash } from 'node:crypto';
import { docsStyle } from './docs-style.ts';
import type { Json } from './json-schemas.ts';
import { escaped, paragraphs, schemaFields, type Schema } from './schema-text.ts';

/** The page needs nothing but itself and runs no script. */
export const docsHeaders = {
  'content-security-policy': `default-src 'none'; style-src 'sha256-${createHash('sha256').update(docsStyle).digest('base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`,
};

interface Operation {
  operationId: string;
  summary: string;
  description: string;
  tags?: string[];
  security: unknown[];
  parameters?: { name: string; in: string; required: boolean; schema: Schema; example?: unknown }[];
  requestBody?: { description?: string; content: Record<string, Content> };
  responses: Record<string, Response>;
}

interface Response {
  $ref?: string;
  description?: string;
  content?: Record<string, Content>;
}

interface Content {
  schema?: Schema;
  examples?: Record<string, { summary: string; value: unknown }>;
}

interface Entry {
  method: string;
  path: string;
  operation: Operation;
}

interface Document {
  info: { title: string; version: string; description: string };
  tags: { name: string; description: string }[];
  paths: Record<string, Record<string, Operation>>;
  components: { schemas: Record<string, Schema>; responses: Record<string, Response> };
}

/** An OpenAPI document of ours as a page for people. */
export function docsPage(json: Json): string {
  const document = json as unknown as Document;
  const entries = Object.entries(document.paths).flatMap(([path, operations]) => Object.entries(operations).map(([method, operation]) => ({ method, path, operation })));
  const rooms = document.tags.map((tag) => ({ ...tag, entries: entries.filter(({ operation }) => operation.tags?.includes(tag.name)) }));
  return `<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1"><title>${escaped(document.info.title)}: the API</title><style>${docsStyle}</style></head>
<body>
<header><h1>${escaped(document.info.title)}</h1>
<p class="soft">API ${escaped(document.info.version)} · <a href="openapi.json">OpenAPI 3.1</a></p>
${paragraphs(document.info.description)}
<p>Send the headers <code>x-auth-scheme: api-token</code> and <code>x-auth-apikey</code> with your key.</p></header>
<nav aria-label="Calls"><ul>${rooms.map((room) => `<li>${escaped(room.name)}<ul>${room.entries.map(link).join('')}</ul></li>`).join('')}<li><a href="#schemas">Shared schemas</a></li></ul></nav>
<main>
${rooms.map((room) => `<section><h2>${escaped(room.name)}</h2>\n<p>${escaped(room.description)}</p>\n${room.entries.map((entry) => section(entry, document)).join('\n')}</section>`).join('\n')}
<section id="schemas"><h2>Shared schemas</h2>
${Object.entries(document.components.schemas).map(([name, schema]) => `<article id="schema-${escaped(name)}"><h3>${escaped(name)}</h3>${schemaFields(schema, 'always')}</article>`).join('\n')}</section>
</main>
</body>
</html>
`;
}

function link({ method, operation }: Entry): string {
  return `<li><a href="#${escaped(operation.operationId)}">${badge(method)} ${escaped(operation.operationId)}</a></li>`;
}

function badge(method: string): string {
  return `<span class="method ${method}">${method.toUpperCase()}</span>`;
}

function section(entry: Entry, document: Document): string {
  const { method, path, operation } = entry;
  return `<article id="${escaped(operation.operationId)}"><h3>${badge(method)} <code>${escaped(path)}</code></h3>
<p><strong>${escaped(operation.summary)}</strong></p>
${paragraphs(operation.description)}
${parameters(operation)}${request(entry)}${answers(operation)}${refusals(operation, document)}</article>`;
}

function parameters({ parameters: all = [] }: Operation): string {
  if (all.length === 0) return '';
  const schema = { properties: Object.fromEntries(all.map((one) => [one.name, one.schema])), required: all.filter((one) => one.required).map((one) => one.name) };
  return `<h4>In the path or query</h4>${schemaFields(schema, 'required')}`;
}

function request({ method, path, operation }: Entry): string {
  const [type, content] = Object.entries(operation.requestBody?.content ?? {})[0] ?? [];
  const fields = content?.schema ? `<h4>Request</h4>${schemaFields(content.schema, 'required')}` : '';
  const description = operation.requestBody?.description === undefined ? '' : `<p>${escaped(type ?? '')}. ${escaped(operation.requestBody.description)}</p>`;
  const examples = Object.values(content?.examples ?? { one: { summary: 'Example', value: undefined } });
  const shown = type === undefined || type === 'application/json' ? examples.map(({ summary, value }) => `<h4>${escaped(summary)}</h4><pre>${escaped(curl(method, path, operation, value))}</pre>`).join('') : '';
  return `${fields}${description}${shown}`;
}

/** A request as it is typed into a terminal. */
function curl(method: string, path: string, operation: Operation, body: unknown): string {
  const filled = (operation.parameters ?? []).reduce((url, one) => one.in === 'path' ? url.replace(`{${one.name}}`, typeof one.example === 'string' ? one.example : `{${one.name}}`) : url, path);
  const lines = [`curl "$BACKEND${filled}"`];
  if (operation.security.length > 0) lines.push('-H "x-auth-scheme: api-token" -H "x-auth-apikey: $KEY"');
  if (method !== 'get') lines.push(`-H "content-type: application/json" -d '${JSON.stringify(body ?? {})}'`);
  return lines.join(' \\\n  ');
}

function answers({ responses }: Operation): string {
  return Object.entries(responses['200']?.content ?? {}).map(([type, { schema, examples }]) => {
    const fields = schema ? schemaFields(schema, 'always') : `<p>${escaped(type)}</p>`;
    const shown = Object.values(examples ?? {}).map(({ value }) => `<pre>${escaped(JSON.stringify(value, null, 2))}</pre>`);
    return `<h4>Answer</h4>${fields}${shown.join('')}`;
  }).join('');
}

function refusals({ responses }: Operation, document: Document): string {
  const rows = Object.entries(responses).filter(([status]) => Number(status) >= 400).map(([status, response]) => {
    return `<div><dt><strong>${status}</strong></dt><dd>${paragraphs(resolved(response, document).description ?? '')}</dd></div>`;
  });
  return `<details><summary>Refusals</summary><dl>${rows.join('')}</dl></details>`;
}

function resolved(response: Response, document: Document): Response {
  const name = response.$ref?.split('/').at(-1);
  return name === undefined ? response : document.components.responses[name] ?? {};
}
