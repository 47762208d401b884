/**
 * The size table of the token codec: what each set of claims comes to, measured by really signing and encoding it.
 *
 *   node .build/scripts/token-sizes.js           prints it
 *   node .build/scripts/token-sizes.js --write   writes it into the doc comment of daemon/base/token.ts
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { signerFromSeed } from '../daemon/base/ed25519.ts';
import { readToken, signToken, withStepCode, type TokenClaims } from '../daemon/base/token.ts';
import { qrSymbol } from './scene/qr-symbol.ts';

export interface TokenSize {
  about: string;
  /** The COSE_Sign1. */
  bytes: number;
  /** The text of the code, prefix and step code included. */
  characters: number;
  /** QR version at level M, and its modules a side. */
  version: number;
  modules: number;
}

const source = fileURLToPath(new URL('../../daemon/base/token.ts', import.meta.url));
const BEGIN = ' * | claims';
const END = ' */';

const plain: TokenClaims = { id: bytes16(0), doors: [bytes16(1)], issuedAtS: 1_772_442_000, expiresAtS: 1_772_445_600 };
// Each option at the length that takes the most bytes.
const options = { notBeforeS: 1_772_442_060, uses: 65_535, reentryGraceS: 300, extended: true } as const;
const rows: [about: string, claims: TokenClaims][] = [
  ['one door, plain', plain],
  ['one door, not-before', { ...plain, notBeforeS: options.notBeforeS }],
  ['one door, one use', { ...plain, uses: 1 }],
  ['one door, uses and re-entry grace', { ...plain, uses: options.uses, reentryGraceS: options.reentryGraceS }],
  ['one door, hours of 12 characters', { ...plain, hours: 'h'.repeat(12) }],
  ['one door, extended', { ...plain, extended: true }],
  ['one door, rotating', { ...plain, rotating: true }],
  ['one door, every option but rotating, hours of 32', { ...plain, ...options, hours: 'h'.repeat(32) }],
  ['one door, every option, hours of 32', { ...plain, ...options, hours: 'h'.repeat(32), rotating: true }],
  ['two doors, plain', { ...plain, doors: doors(2) }],
  ['two doors, every option, hours of 24', { ...plain, ...options, doors: doors(2), hours: 'h'.repeat(24), rotating: true }],
  ['eight doors, plain', { ...plain, doors: doors(8) }],
  ['eight doors, every option, hours of 32', { ...plain, ...options, doors: doors(8), hours: 'h'.repeat(32), rotating: true }],
];

/** One line a set of claims. A rotating token is measured as it is shown, with its step code. */
export async function tokenSizes(): Promise<TokenSize[]> {
  const signer = signerFromSeed(new Uint8Array(32));
  const sizes: TokenSize[] = [];
  for (const [about, claims] of rows) {
    const signed = signToken(claims, signer);
    const text = claims.rotating ? withStepCode(signed, '00000000') : signed;
    const read = readToken(text);
    if (!read.ok) throw new Error(`${about}: ${read.reason}`);
    const { size } = await qrSymbol(text);
    sizes.push({ about, bytes: read.token.signedBytes, characters: text.length, version: (size - 17) / 4, modules: size });
  }
  return sizes;
}

/** The table as it stands in the doc comment. */
export function sizeTable(sizes: TokenSize[]): string {
  const lines = sizes.map((s) => ` * | ${s.about} | ${s.bytes} | ${s.characters} | ${s.version} (${s.modules}) |`);
  return [`${BEGIN} | bytes | characters | QR version at M (modules) |`, ' * |---|---|---|---|', ...lines, ''].join('\n');
}

/** The table that the source has now. */
export function sizeTableInSource(): string {
  const text = readFileSync(source, 'utf8');
  const from = text.indexOf(BEGIN);
  return text.slice(from, text.indexOf(END, from));
}

/** Puts the measured table into the source. */
export async function writeSizeTable(): Promise<void> {
  const text = readFileSync(source, 'utf8');
  writeFileSync(source, text.replace(sizeTableInSource(), sizeTable(await tokenSizes())));
}

function bytes16(fill: number): Uint8Array {
  return new Uint8Array(16).fill(fill);
}

function doors(count: number): Uint8Array[] {
  return Array.from({ length: count }, (_, i) => bytes16(i + 1));
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv.includes('--write')) await writeSizeTable();
  else process.stdout.write(sizeTable(await tokenSizes()).replaceAll(/^ \* /gm, ''));
}
