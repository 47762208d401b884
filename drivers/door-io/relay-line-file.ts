import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { RelayLineSpec } from './relay-line.ts';
import { wordsOf } from './relay-line.ts';

/**
 * Writes down which line the relay is on, one word a line, before it is first energised: `postern-guard rest-file` reads it
 * when the daemon has ended and at boot, with neither Node nor a config that can be read [S1].
 * Throws PosternError('relay-line-file').
 */
export function keepRelayLine(file: string, spec: RelayLineSpec): void {
  const text = `${wordsOf(spec).join('\n')}\n`;
  try {
    if (textOf(file) === text) return;
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(`${file}.new`, text, { flush: true });
    renameSync(`${file}.new`, file);
  } catch (thrown) {
    throw new PosternError('relay-line-file', `${file} cannot be written (${messageOf(thrown)}): by it the relay is brought to rest when the daemon has ended. Give the daemon a stateDir of its own to write in.`, { cause: thrown });
  }
}

function textOf(file: string): string | undefined {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
