import { extname } from 'node:path';
import { fileURLToPath } from 'node:url';

/** `guard/postern-guard.c`, as set-up has compiled it. */
export const guardProgram = fileURLToPath(new URL(`${extname(import.meta.url) === '.ts' ? '../../.build' : '../..'}/guard/postern-guard`, import.meta.url));

/** Why it could not be started. */
export function childError(program: string, error: Error): string {
  const isMissing = 'code' in error && error.code === 'ENOENT';
  return isMissing ? `${program} is not there; build it with "npm run setup"` : error.message;
}
