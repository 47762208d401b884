import type { SecureContextOptions } from 'node:tls';
import { checkTls, pemFile, privateKeyFile, stampOf } from './pem-files.ts';

/** PEM files for a connection to the backend or to a broker, as the config names them. */
export interface ClientTlsFiles {
  /** Authorities to believe instead of the system's. */
  caFile?: string | undefined;
  /** This door's certificate and its private key: both or none. */
  clientCertFile?: string | undefined;
  clientKeyFile?: string | undefined;
}

/**
 * The files' contents for a TLS connection. A door's own certificate may have expired: the other side is asked all the same, and
 * says so. Throws PosternError('tls-files').
 */
export function readClientTls(files: ClientTlsFiles): SecureContextOptions {
  const { caFile, clientCertFile, clientKeyFile } = files;
  const context: SecureContextOptions = {
    minVersion: 'TLSv1.2',
    ...(caFile !== undefined && { ca: pemFile(caFile) }),
    ...(clientCertFile !== undefined && clientKeyFile !== undefined && { cert: pemFile(clientCertFile), key: privateKeyFile(clientKeyFile, 'owner') }),
  };
  checkTls(context, pathsOf(files));
  return context;
}

/** What differs once one of the files was written or another put in its place. */
export function clientTlsStamp(files: ClientTlsFiles): string {
  return stampOf(pathsOf(files));
}

function pathsOf({ caFile, clientCertFile, clientKeyFile }: ClientTlsFiles): (string | undefined)[] {
  return [caFile, clientCertFile, clientKeyFile];
}
