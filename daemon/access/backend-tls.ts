import { X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import { messageOf, PosternError } from '../base/errors.ts';

/** PEM files for the connection to the backend, as the config names them. */
export interface BackendTlsFiles {
  /** Authorities to believe instead of the system's. */
  caFile?: string | undefined;
  /** This door's certificate and its private key: both or none. */
  clientCertFile?: string | undefined;
  clientKeyFile?: string | undefined;
}

/**
 * The files' contents for a TLS connection. A door's own certificate may have expired: the backend is asked all the same, and
 * says so. Throws PosternError('tls-files').
 */
export function readBackendTls({ caFile, clientCertFile, clientKeyFile }: BackendTlsFiles): SecureContextOptions {
  const context: SecureContextOptions = {
    minVersion: 'TLSv1.2',
    ...(caFile !== undefined && { ca: fileOf(caFile) }),
    ...(clientCertFile !== undefined && clientKeyFile !== undefined && { cert: fileOf(clientCertFile), key: secretOf(clientKeyFile) }),
  };
  try {
    if (context.ca) void new X509Certificate(context.ca as Buffer);
    createSecureContext(context);
    return context;
  } catch (thrown) {
    const names = [caFile, clientCertFile, clientKeyFile].filter((name) => name !== undefined);
    throw new PosternError('tls-files', `The TLS files cannot be used (${messageOf(thrown)}): are ${names.join(', ')} PEM, and does the key belong to the certificate?`, { cause: thrown });
  }
}

/** What differs once one of the files was written or another put in its place. */
export function stampOf(files: BackendTlsFiles): string {
  return [files.caFile, files.clientCertFile, files.clientKeyFile].map((path) => {
    const info = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return info ? `${info.mtimeMs}/${info.size}/${info.ino}/${info.mode}` : '';
  }).join(' ');
}

function fileOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new PosternError('tls-files', `The TLS file ${path} cannot be read: ${messageOf(thrown)}.`, { cause: thrown });
  }
}

/** [S7] */
function secretOf(path: string): Buffer {
  const bytes = fileOf(path);
  if ((statSync(path).mode & 0o077) === 0) return bytes;
  throw new PosternError('tls-files', `The file ${path} is a secret that others may read; run: chmod 600 ${path}`);
}
