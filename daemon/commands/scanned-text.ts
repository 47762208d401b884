import type { ScannedPicture } from './scan.ts';

/** What was found in one picture, as lines for a person. */
export function scannedAsText({ file, codes, ms, error }: ScannedPicture): string {
  if (error !== undefined) return `${file}: ${error}\n`;
  const count = codes.length === 0 ? 'no code' : codes.length === 1 ? '1 code' : `${codes.length} codes`;
  const lines = [`${file}: ${count} (${ms} ms)`];
  for (const { text, corners, token } of codes) {
    lines.push(`  ${printable(text)}`, `    corners  ${corners.map(({ x, y }) => `${x},${y}`).join('  ')}`);
    if (token) lines.push(...Object.entries(token).map(([name, value]) => `    ${name}  ${String(value)}`));
  }
  return `${lines.join('\n')}\n`;
}

/** A code may hold anything: what would steer the terminal is escaped. */
function printable(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}\u2028\u2029]/gu, (c) => `\\u{${c.codePointAt(0)?.toString(16)}}`);
}
