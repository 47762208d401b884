import { z } from 'zod';
import { backendSchema } from './backend-schema.ts';
import { configSchema } from './schema.ts';

/** The part of JSON Schema that zod writes for the config, and what `meta()` adds to it. */
export interface KeySchema {
  type?: string;
  description?: string;
  default?: unknown;
  const?: string;
  enum?: unknown[];
  minimum?: number;
  maximum?: number;
  format?: string;
  properties?: Record<string, KeySchema>;
  required?: string[];
  additionalProperties?: KeySchema | false;
  items?: KeySchema;
  oneOf?: KeySchema[];
  /** What is allowed, in words, where the schema alone does not say. */
  allowed?: string;
  example?: unknown;
}

/** One key of the config, as the documents list it and the messages explain it. */
export interface ConfigKey {
  /** From the root; `*` stands for any name of a record and any place in a list. */
  path: string[];
  /** The value of `driver` under which the key exists. */
  variant?: string;
  schema: KeySchema;
  required: boolean;
}

/** The keys of one kind of config, as a schema states them. */
export class ConfigKeys {
  /** The config as a section that holds all others. */
  readonly root: KeySchema;
  /** Every key, sections before what is in them, in the order of the schema. */
  readonly all: ConfigKey[];

  constructor(schema: z.ZodType) {
    this.root = z.toJSONSchema(schema, { io: 'input' }) as KeySchema;
    this.all = keysIn(this.root, []);
  }

  /** The keys that may stand at `path`: several when drivers share a name. */
  at(path: PropertyKey[]): ConfigKey[] {
    return this.all.filter((key) => key.path.length === path.length && key.path.every((name, i) => name === '*' || name === path[i]));
  }

  /** The keys that may stand directly in the section at `path`. */
  under(path: PropertyKey[]): ConfigKey[] {
    return this.all.filter((key) => key.path.length === path.length + 1 && path.every((name, i) => key.path[i] === '*' || key.path[i] === name));
  }
}

/** Of a door's config and of a backend's. */
export const doorKeys = new ConfigKeys(configSchema);
export const backendKeys = new ConfigKeys(backendSchema);

function keysIn(schema: KeySchema, path: string[], variant?: string): ConfigKey[] {
  const own = Object.entries(schema.properties ?? {}).flatMap(([name, property]) => {
    const key = { path: [...path, name], schema: property, required: schema.required?.includes(name) ?? false };
    return [variant === undefined ? key : { ...key, variant }, ...keysIn(property, key.path, variant)];
  });
  const anyItem = schema.items ?? (schema.additionalProperties || undefined);
  const items = anyItem ? keysIn(anyItem, [...path, '*'], variant) : [];
  const variants = (schema.oneOf ?? []).flatMap((option) => keysIn(option, path, option.properties?.driver?.const));
  return [...own, ...items, ...variants];
}

/** What a value may be, in words. */
export function allowedText(schema: KeySchema): string {
  if (schema.allowed !== undefined) return schema.allowed;
  if (schema.enum) return schema.enum.map(String).join(' or ');
  if (schema.const !== undefined) return schema.const;
  if (schema.format === 'path') return 'a path';
  if (schema.type === 'integer') return `a whole number from ${schema.minimum} to ${schema.maximum}`;
  if (schema.type === 'boolean') return 'true or false';
  if (schema.type === 'array') return schema.items?.type === 'object' ? 'a list' : `a list of: ${allowedText(schema.items ?? {})}`;
  if (schema.type === 'object' || schema.oneOf) return 'a section with keys of its own';
  return 'text';
}
