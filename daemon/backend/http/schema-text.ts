/** JSON Schemas of the API document in words and HTML. */

/** What of JSON Schema our document uses. */
export interface Schema {
  type?: string | string[];
  description?: string;
  properties?: Record<string, Schema>;
  required?: string[];
  items?: Schema;
  anyOf?: Schema[];
  enum?: unknown[];
  const?: unknown;
  $ref?: string;
  format?: string;
  minimum?: number;
  maximum?: number;
  minLength?: number;
  maxLength?: number;
}

export function escaped(text: string): string {
  return text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
}

/** Text with blank lines between paragraphs, `- ` before items and backquotes around code. */
export function paragraphs(text: string): string {
  return text.split('\n\n').map((paragraph) => {
    const lines = paragraph.split('\n').map((line) => escaped(line).replaceAll(/`([^`]+)`/g, '<code>$1</code>'));
    if (lines.every((line) => line.startsWith('- '))) return lines.map((line) => `<p>${line.slice(2)}</p>`).join('');
    return `<p>${lines.join(' ')}</p>`;
  }).join('\n');
}

/** The fields of an object, those of objects within it by their path; of anything else its type. `must` marks those that are never left out. */
export function schemaFields(schema: Schema, must: string): string {
  const rows = rowsOf(schema, '', must);
  if (rows.length > 0) return `<dl>${rows.join('')}</dl>`;
  if (schema.properties) return '<p class="soft">Nothing.</p>';
  return `<p>${typeText(schema)}${schema.description === undefined ? '' : `: ${escaped(schema.description)}`}</p>`;
}

function rowsOf({ properties = {}, required = [] }: Schema, prefix: string, must: string): string[] {
  return Object.entries(properties).flatMap(([name, field]) => {
    const within = inner(field);
    const rows = within ? rowsOf(within, `${prefix}${name}${field.type === 'array' ? '[]' : ''}.`, must) : [];
    return [row(prefix + name, field, required.includes(name) ? must : ''), ...rows];
  });
}

/** An object that stands in another one without a name of its own. */
function inner(field: Schema): Schema | undefined {
  if (field.properties) return field;
  return field.items && inner(field.items);
}

function row(name: string, field: Schema, must: string): string {
  return `<div><dt><code>${escaped(name)}</code><span class="type">${typeText(field)}</span><span class="must">${must}</span></dt><dd>${escaped(field.description ?? '')}</dd></div>`;
}

function typeText(field: Schema): string {
  if (field.$ref !== undefined) return referenceText(field.$ref);
  if (field.anyOf) return field.anyOf.filter((one) => one.type !== 'null').map(typeText).join(' or ');
  if (field.enum) return field.enum.map((value) => `<code>${escaped(JSON.stringify(value))}</code>`).join(' or ');
  if ('const' in field) return `<code>${escaped(JSON.stringify(field.const))}</code>`;
  if (field.type === 'array') return `list of ${typeText(field.items ?? {})}`;
  const types = [field.type ?? 'anything'].flat().filter((type, _, all) => type !== 'null' || all.length === 1);
  return escaped([types.join(' or '), ...boundsOf(field)].join(', '));
}

function referenceText(reference: string): string {
  const name = reference.split('/').at(-1) ?? '';
  return `<a href="#schema-${escaped(name)}">${escaped(name)}</a>`;
}

function boundsOf({ minimum, maximum, minLength, maxLength, format }: Schema): string[] {
  return [range(minimum, maximum, ''), range(minLength, maxLength, ' characters'), format === 'date-time' ? 'ISO 8601' : ''].filter((text) => text !== '');
}

function range(least: number | undefined, most: number | undefined, unit: string): string {
  if (least !== undefined && most !== undefined) return `${least} to ${most}${unit}`;
  if (most !== undefined) return `at most ${most}${unit}`;
  return least === undefined ? '' : `at least ${least}${unit}`;
}
