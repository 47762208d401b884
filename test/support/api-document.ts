import { createRequire } from 'node:module';

/** The parts of Ajv that are used here; it comes with the OpenAPI validator, which resolves it. */
interface Ajv {
  addSchema(schema: object, key: string): void;
  validate(schema: object, data: unknown): boolean;
  errorsText(): string;
}
type AjvClass = new (options: object) => Ajv;

const beside = createRequire(import.meta.resolve('@seriousme/openapi-schema-validator'));
const { default: Ajv2020 } = beside('ajv/dist/2020.js') as { default: AjvClass };
const { default: addFormats } = beside('ajv-formats') as { default: (ajv: Ajv) => void };

interface Content {
  schema?: object;
}

interface Answer {
  $ref?: string;
  content?: Record<string, Content>;
}

interface Operation {
  operationId: string;
  tags?: string[];
  summary: string;
  requestBody?: { content: Record<string, Content> };
  responses: Record<string, Answer>;
}

/** An OpenAPI document as it was served, and an independent JSON Schema validator that holds answers against it. */
export class ApiDocument {
  readonly json: { openapi: string; paths: Record<string, Record<string, Operation>>; components: { responses: Record<string, Answer> } };
  readonly #ajv: Ajv;

  constructor(json: object) {
    this.json = json as ApiDocument['json'];
    this.#ajv = new Ajv2020({ strict: false, allErrors: true, validateSchema: false });
    addFormats(this.#ajv);
    this.#ajv.addSchema(json, 'api');
  }

  operation(method: string, path: string): Operation {
    const operation = this.json.paths[path]?.[method.toLowerCase()];
    if (!operation) throw new Error(`the document has no ${method} ${path}`);
    return operation;
  }

  /** What is wrong with the JSON of a request; empty: nothing. */
  faultOfRequest(method: string, path: string, body: unknown): string {
    const pointer = `/paths/${escaped(path)}/${method.toLowerCase()}/requestBody/content/${escaped('application/json')}/schema`;
    return this.#fault(pointer, body);
  }

  /** What is wrong with an answer: its status, type or JSON is not documented; empty: nothing. */
  faultOfAnswer(method: string, path: string, { status, type, json }: { status: number; type: string; json: unknown }): string {
    const answer = this.operation(method, path).responses[status];
    if (!answer) return `${method} ${path} has no answer ${status}`;
    const name = answer.$ref?.split('/').at(-1);
    const { content = {} } = name === undefined ? answer : this.json.components.responses[name] as Answer;
    if (!content[type]) return `${method} ${path} answers ${status} with ${type}`;
    const at = name === undefined ? `/paths/${escaped(path)}/${method.toLowerCase()}/responses/${status}` : `/components/responses/${name}`;
    return content[type].schema ? this.#fault(`${at}/content/${escaped(type)}/schema`, json) : '';
  }

  #fault(pointer: string, data: unknown): string {
    return this.#ajv.validate({ $ref: `api#${pointer}` }, data) ? '' : `${this.#ajv.errorsText()} in ${JSON.stringify(data).slice(0, 300)}`;
  }
}

/** Of a JSON pointer in a URI fragment (RFC 6901 §6). */
function escaped(part: string): string {
  return encodeURIComponent(part.replaceAll('~', '~0').replaceAll('/', '~1'));
}
