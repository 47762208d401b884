import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, PosternError } from './errors.ts';

/** A file for TLS. Throws PosternError('tls-files'). */
export function pemFile(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new PosternError('tls-files', `The TLS file ${path} cannot be read: ${messageOf(thrown)}.`, { cause: thrown });
  }
}

/** [S7] A private key; a server's is commonly shared with a group. Throws PosternError('tls-files') when others may read it. */
export function privateKeyFile(path: string, readers: 'owner' | 'owner and group'): Buffer {
  const bytes = pemFile(path);
  const [others, mend] = readers === 'owner' ? [0o077, '600'] : [0o007, 'o='];
  if ((statSync(path).mode & others) === 0) return bytes;
  throw new PosternError('tls-files', `The file ${path} is a secret that others may read; run: chmod ${mend} ${path}`);
}

/** Throws PosternError('tls-files') for what no connection could be made with; `paths` are those it was read from. */
export function checkTls(context: SecureContextOptions, paths: (string | undefined)[]): void {
  try {
    if (context.ca) void new X509Certificate(context.ca as Buffer);
    createSecureContext(context);
  } catch (thrown) {
    const names = paths.filter((path) => path !== undefined).join(', ');
    throw new PosternError('tls-files', `The TLS files cannot be used (${messageOf(thrown)}): are ${names} PEM, and does the key belong to the certificate?`, { cause: thrown });
  }
}

/** What differs once one of the files was written or another put in its place. */
export function stampOf(paths: (string | undefined)[]): string {
  return paths.map((path) => {
    const info = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return info ? `${info.mtimeMs}/${info.size}/${info.ino}/${info.mode}` : '';
  }).join(' ');
}
