import { z } from 'zod';
import { passesOver } from '../../base/http/request-body.ts';

export type Json = Record<string, unknown>;

/** Makes JSON Schemas (draft 2020-12) of the endpoints' schemas; those with an id go into `components` once. */
export class JsonSchemas {
  readonly components: Record<string, Json> = {};

  /** Of a request: the same fields, each that may be left out may be null as well. */
  ofBody(schema: z.ZodType): Json {
    const json = this.#of(schema, 'input');
    const { properties, required = [] } = json as { properties?: Record<string, Json>; required?: string[] };
    if (!properties) return json;
    return { ...json, properties: mapped(properties, (field, name) => required.includes(name) ? field : orNull(field)) };
  }

  /** Of an answer; where the call passes over what it does not know, the answer may say so. */
  ofAnswer(schema: z.ZodType, body?: z.ZodType): Json {
    const json = this.#of(schema, 'output');
    if (!body || !passesOver(body) || json.properties === undefined) return json;
    const own = (json.properties as Record<string, Json>).warningMsg;
    // A call that always has the field has it null when there is nothing to say.
    const type = own && own.type !== 'string' ? ['string', 'null'] : 'string';
    const warningMsg = { type, description: 'What a person should know about the answer: a field that was not known and passed over, or that there is more.' };
    return { ...json, properties: { ...json.properties as Json, warningMsg } };
  }

  /** The fields of a query. */
  ofQuery(schema: z.ZodType): { name: string; required: boolean; schema: Json }[] {
    const { properties = {}, required = [] } = this.#of(schema, 'input') as { properties?: Record<string, Json>; required?: string[] };
    return Object.entries(properties).map(([name, field]) => ({ name, required: required.includes(name), schema: field }));
  }

  #of(schema: z.ZodType, io: 'input' | 'output'): Json {
    const { $defs = {}, ...made } = z.toJSONSchema(schema, { target: 'draft-2020-12', io, override: ({ jsonSchema }) => tidy(jsonSchema) }) as Json & { $defs?: Record<string, Json> };
    for (const [name, definition] of Object.entries($defs)) this.#addComponent(name, definition);
    const json = without(made, '$schema');
    // A schema that is an id by itself stands at the top, not under $defs.
    const id = z.globalRegistry.get(schema)?.id;
    if (id === undefined) return referring(json) as Json;
    this.#addComponent(id, json);
    return { $ref: `#/components/schemas/${id}` };
  }

  #addComponent(name: string, definition: Json): void {
    const schema = without(referring(definition) as Json, 'id');
    const known = this.components[name];
    if (known && JSON.stringify(known) !== JSON.stringify(schema)) throw new Error(`the schema ${name} means two things in requests and answers; give one of them another id`);
    this.components[name] = schema;
  }
}

function without(json: Json, name: string): Json {
  return Object.fromEntries(Object.entries(json).filter(([key]) => key !== name));
}

/** What says nothing to a reader is left out. */
function tidy(schema: Json): void {
  if (schema.minimum === Number.MIN_SAFE_INTEGER) delete schema.minimum;
  if (schema.maximum === Number.MAX_SAFE_INTEGER) delete schema.maximum;
  // Its content encoding says the same, and the pattern is a page long.
  if (schema.contentEncoding === 'base64') {
    delete schema.format;
    delete schema.pattern;
  }
  if (schema.format === 'date-time') delete schema.pattern;
}

function orNull(field: Json): Json {
  if (typeof field.type === 'string' && field.enum === undefined && field.const === undefined) return { ...field, type: [field.type, 'null'] };
  const { description, ...rest } = field;
  return { anyOf: [rest, { type: 'null' }], ...(description !== undefined && { description }) };
}

/** The same with its references to where `components` has them. */
function referring(json: unknown): unknown {
  if (Array.isArray(json)) return json.map(referring);
  if (json === null || typeof json !== 'object') return json;
  return mapped(json as Json, (value, name) => name === '$ref' && typeof value === 'string' ? value.replace('#/$defs/', '#/components/schemas/') : referring(value));
}

function mapped<From, To>(record: Record<string, From>, change: (value: From, name: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
