import { readFileSync, statSync } from 'node:fs';
import { isMap, isScalar, isSeq, Lexer, LineCounter, parseDocument, Parser, type Node, type YAMLError } from 'yaml';

/** A config is a page of text; what is larger is the wrong file. */
const MAX_BYTES = 65_536;
const MAX_NESTING = 64;

export interface YamlFault {
  message: string;
  line?: number;
}

export type YamlFile =
  | { data: unknown; lineOf: (path: PropertyKey[]) => number | undefined }
  | { faults: YamlFault[] };

/** Reads a file of any bytes as one YAML 1.2 document. */
export function readYamlFile(path: string): YamlFile {
  const text = readText(path);
  return typeof text === 'string' ? parseYaml(text) : text;
}

function readText(path: string): string | { faults: YamlFault[] } {
  const refuse = (message: string): { faults: YamlFault[] } => ({ faults: [{ message }] });
  try {
    const info = statSync(path);
    if (!info.isFile()) return refuse('is not a file');
    if (info.size > MAX_BYTES) return refuse(`is ${info.size} bytes long; a config has at most ${MAX_BYTES}`);
    const bytes = readFileSync(path);
    if (bytes.includes(0)) return refuse('is not a text file');
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch (thrown) {
    return refuse(fileFault(thrown));
  }
}

function fileFault(thrown: unknown): string {
  const code = (thrown as NodeJS.ErrnoException).code;
  switch (code) {
    case 'ENOENT': return 'does not exist';
    case 'EACCES': return 'cannot be read by this user';
    case 'ERR_ENCODING_INVALID_ENCODED_DATA': return 'is not UTF-8 text';
    default: return `cannot be read (${code ?? String(thrown)})`;
  }
}

function parseYaml(text: string): YamlFile {
  if (isTooDeep(text)) return { faults: [{ message: `is nested more than ${MAX_NESTING} levels deep` }] };
  try {
    const lines = new LineCounter();
    const doc = parseDocument(text, { lineCounter: lines, prettyErrors: false, uniqueKeys: true, logLevel: 'error' });
    const errors = [...doc.errors, ...doc.warnings];
    if (errors.length > 0) return { faults: errors.map((error) => ({ message: syntaxFault(error), line: lines.linePos(error.pos[0]).line })) };
    const data: unknown = doc.toJS({ maxAliasCount: 20 });
    return { data, lineOf: (path) => lineIn(doc.contents, path, lines) };
  } catch (thrown) {
    if (thrown instanceof ReferenceError) return { faults: [{ message: 'repeats parts of itself (YAML aliases) too often; write them out' }] };
    throw thrown;
  }
}

/**
 * Asked before the document is composed, which recurses: with little stack left V8 may abort the process
 * ("RegExpCompiler Allocation failed") instead of throwing, and nobody could catch that.
 */
function isTooDeep(text: string): boolean {
  const parser = new Parser();
  for (const lexeme of new Lexer().lex(text)) {
    // Draws the whole documents that are ready; only the depth matters here.
    Array.from(parser.next(lexeme));
    if (parser.stack.length > MAX_NESTING) return true;
  }
  return false;
}

function syntaxFault(error: YAMLError): string {
  switch (error.code) {
    case 'DUPLICATE_KEY': return 'has the same key twice in one section';
    case 'TAB_AS_INDENT': return 'is indented with a tab; use spaces';
    case 'MULTIPLE_DOCS': return 'holds several YAML documents; a config is one';
    default: return `is not YAML here: ${error.message.split('\n', 1)[0]}`;
  }
}

/** The line of the key at `path`, or of the closest key above it that is there. */
function lineIn(root: Node | null, path: PropertyKey[], lines: LineCounter): number | undefined {
  let node: unknown = root;
  let offset: number | undefined;
  for (const name of path) {
    const next = child(node, name);
    if (!next) break;
    offset = next.offset ?? offset;
    node = next.value;
  }
  return offset === undefined ? undefined : lines.linePos(offset).line;
}

function child(node: unknown, name: PropertyKey): { value: unknown; offset: number | undefined } | undefined {
  if (isMap(node)) {
    const pair = node.items.find((item) => isScalar(item.key) && String(item.key.value) === String(name));
    return pair && { value: pair.value, offset: (pair.key as Node).range?.[0] };
  }
  if (isSeq(node)) {
    const item = node.items[Number(name)] as Node | undefined;
    return item && { value: item, offset: item.range?.[0] };
  }
  return undefined;
}
