import { stringify } from 'yaml';
import { allowedText, backendKeys, doorKeys, type KeySchema } from '../../config/keys.ts';

const INTRO = `# A config of Postern with every key. What stands after "# " explains; what stands right after a "#" are keys with
# their defaults or an example: take the # away to set one. REFERENCE.md has the keys of the other drivers, too.
# Generated from config/schema.ts by "npm run docs". Check yours with "postern check-config FILE".
`;

const BACKEND_INTRO = `# A config of a backend that runs by itself, with every key, for "postern backend --config FILE". What stands right after
# a "#" are keys with their defaults or an example: take the # away to set one.
# Generated from config/backend-schema.ts by "npm run docs". Check yours with "postern check-config FILE".
`;

const COLUMNS = 116;

/** An example config with every key of the schema and, of each choice of drivers, the last. */
export function configExample(): string {
  return `${INTRO}${sectionLines(doorKeys.root).join('\n')}\n`;
}

/** The same for a backend. */
export function backendConfigExample(): string {
  return `${BACKEND_INTRO}${sectionLines(backendKeys.root).join('\n')}\n`;
}

function sectionLines(schema: KeySchema): string[] {
  const { properties = {}, required = [] } = schema.oneOf?.at(-1) ?? schema;
  return Object.entries(properties).flatMap(([name, property]) => {
    const lines = (property.properties || property.oneOf) && property.example === undefined ? [`${name}:`, ...sectionLines(property).map((line) => `  ${line}`)] : valueLines(name, property);
    const keyLines = required.includes(name) ? lines : lines.map(commentedOut);
    return [...(schema === doorKeys.root || schema === backendKeys.root ? [''] : []), ...helpLines(property), ...keyLines];
  });
}

function commentedOut(line: string): string {
  return line.replace(/^( *)(?=[^ #])/, '$1#');
}

function valueLines(name: string, schema: KeySchema): string[] {
  const value = schema.const ?? schema.example ?? schema.default;
  return stringify({ [name]: value }, { lineWidth: 0, defaultStringType: 'PLAIN' }).trimEnd().split('\n');
}

function helpLines(schema: KeySchema): string[] {
  const isSection = schema.properties !== undefined || schema.oneOf !== undefined;
  const allowed = isSection || schema.const !== undefined || schema.additionalProperties ? '' : ` Allowed: ${allowedText(schema)}.`;
  return wrapped(`${schema.description ?? ''}${allowed}`).map((line) => `# ${line}`);
}

function wrapped(text: string): string[] {
  const lines: string[] = [];
  for (const word of text.split(' ')) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length + 1 > COLUMNS) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}
