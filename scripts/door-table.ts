/**
 * The door machine's tables as Markdown, from the code.
 *
 *   node .build/scripts/door-table.js           prints them
 *   node .build/scripts/door-table.js --write   writes them between their marks in ARCHITECTURE.md
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { leafTable } from '../daemon/door/leaf.ts';
import { lockTable } from '../daemon/door/lock.ts';
import { rexTable } from '../daemon/door/rex.ts';
import type { Rule } from '../daemon/door/transition-rule.ts';
import { stay } from '../daemon/door/transition-rule.ts';

type Row = Record<string, Pick<Rule, 'name' | 'does'>>;

const BEGIN = '<!-- door-table:begin -->\n';
const END = '<!-- door-table:end -->';
const INTRO = `A door has three tables, asked in this order: the request to exit, the leaf, the lock. A cell names the rule by which an input
is taken in a state; the code has it under the same name. The one word for the whole door is the lock's state, but for \`locked\`
and \`released\`, where an \`open\`, \`held-open\` or \`forced\` leaf goes first. What has fallen due is done before any other input.
`;

export const doorTables = [INTRO, ...section('request to exit', rexTable), ...section('leaf', leafTable), ...section('lock', lockTable)].join('\n');

/** `markdown` with the tables between their marks as the code has them. */
export function withDoorTables(markdown: string): string {
  const begin = markdown.indexOf(BEGIN);
  const end = markdown.indexOf(END);
  if (begin === -1 || end < begin) throw new Error(`no ${BEGIN.trim()} … ${END} to write between`);
  return `${markdown.slice(0, begin + BEGIN.length)}${doorTables}${markdown.slice(end)}`;
}

function section(name: string, rows: Record<string, Row>): [string, string] {
  const states = Object.keys(Object.values(rows)[0] ?? {});
  const lines = Object.entries(rows).map(([input, row]) => [`\`${input}\``, ...states.map((state) => row[state]?.name ?? '')]);
  const table = [[`**${name}**`, ...states.map((state) => `\`${state}\``)], ['---', ...states.map(() => '---')], ...lines];
  return [text(table.map((cells) => `| ${cells.join(' | ')} |`)), text(rulesOf(rows).map(([rule, does]) => `- *${rule}*: ${does}`))];
}

function rulesOf(rows: Record<string, Row>): [name: string, does: string][] {
  const rules = Object.values(rows).flatMap((row) => Object.values(row)).filter((rule) => rule !== stay);
  return [...new Map(rules.map((rule) => [rule.name, rule.does]))];
}

function text(lines: string[]): string {
  return `${lines.join('\n')}\n`;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const path = fileURLToPath(new URL('../../ARCHITECTURE.md', import.meta.url));
  if (process.argv.includes('--write')) writeFileSync(path, withDoorTables(readFileSync(path, 'utf8')));
  else process.stdout.write(doorTables);
}
