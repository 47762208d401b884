import { allowedText, backendKeys, doorKeys, type ConfigKey, type KeySchema } from '../../config/keys.ts';

const INTRO = `# Config reference

Every key of a config file, generated from \`config/schema.ts\` by \`npm run docs\`. The unit is the end of a key's name
(\`Ms\`, \`S\`, \`H\`, \`Days\`, \`Mb\`). Relative paths count from the config file's own folder. A key that is not listed
here is an error, and so is a value outside what is allowed: nothing starts, and every bad key is named.
\`postern check-config FILE\` tells without starting anything. An example with every key: [example.yaml](example.yaml).
`;

const BACKEND_INTRO = `# Config of a backend that runs by itself

For \`postern backend --config FILE\`; generated from \`config/backend-schema.ts\`. An example with every key:
[backend-example.yaml](backend-example.yaml).
`;

/** The tables of REFERENCE.md: for a door and for a backend, one for the top level and one a section or driver. */
export function configReference(): string {
  return [INTRO, tables(doorKeys.all), BACKEND_INTRO, tables(backendKeys.all)].join('\n');
}

function tables(all: ConfigKey[]): string {
  const top = all.filter((key) => key.path.length === 1 && !isSection(key.schema));
  const sections = all.filter((key) => key.path.length === 1 && isSection(key.schema));
  return [table(top, 0), ...sections.map((section) => sectionText(section, all))].join('\n');
}

function sectionText(section: ConfigKey, all: ConfigKey[]): string {
  const keys = all.filter((key) => key.path[0] === section.path[0] && key.path.length > 1);
  const variants = [...new Set(keys.map((key) => key.variant))];
  const tables = variants.map((variant) => `${variant === undefined ? '' : `\n### driver: ${variant}\n\n${driverHelp(keys, variant)}\n`}\n${table(keys.filter((key) => key.variant === variant), 1)}`);
  const optional = section.required ? '' : ' The section may be left out.';
  return `## ${section.path[0]}\n\n${section.schema.description ?? ''}${optional}\n${tables.join('')}`;
}

function driverHelp(keys: ConfigKey[], variant: string): string {
  return keys.find((key) => key.variant === variant && key.path.at(-1) === 'driver')?.schema.description ?? '';
}

/** `depth` is the length of the path that the heading above already says. */
function table(keys: ConfigKey[], depth: number): string {
  const rows = keys.filter((key) => key.schema.const === undefined).map((key) => {
    const name = key.path.slice(depth).map((part) => (part === '*' ? '…' : part)).join('.');
    const cells = [`\`${name}\``, defaultText(key), isSection(key.schema) ? 'a section' : allowedText(key.schema), key.schema.description ?? ''];
    return `| ${cells.join(' | ')} |\n`;
  });
  return `| key | default | allowed | what it does |\n|---|---|---|---|\n${rows.join('')}`;
}

function defaultText(key: ConfigKey): string {
  if (key.required) return '**required**';
  const value = key.schema.default;
  return value === undefined ? '–' : `\`${JSON.stringify(value).replaceAll('"', '')}\``;
}

function isSection(schema: KeySchema): boolean {
  return schema.properties !== undefined || schema.oneOf !== undefined;
}

