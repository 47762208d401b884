import { readFileSync } from 'node:fs';

/** The version in package.json, found from the compiled file as from the source. */
export const version = readVersion(new URL('.', import.meta.url));

function readVersion(from: URL): string {
  for (const up of ['../../package.json', '../../../package.json']) {
    try {
      const { name, version: found } = JSON.parse(readFileSync(new URL(up, from), 'utf8')) as { name?: string; version?: string };
      if (name === 'postern' && found !== undefined) return found;
    } catch {
      // Not there: one folder further up, from `.build/`.
    }
  }
  return '0.0.0';
}
