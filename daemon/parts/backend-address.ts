import type { Config } from '../../config/schema.ts';
import type { BackendAddress } from '../access/backend-connection.ts';
import type { Secrets } from './app-options.ts';

/** Without a key or a certificate nobody is asked. */
export function backendOf({ backend }: Config, { apiKey }: Secrets): BackendAddress | undefined {
  if (!backend || (apiKey === undefined && backend.clientCertFile === undefined)) return undefined;
  const { url, caFile, clientCertFile, clientKeyFile } = backend;
  return { url, apiKey, tls: { caFile, clientCertFile, clientKeyFile } };
}
