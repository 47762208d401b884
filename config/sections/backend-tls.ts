import { z } from 'zod';
import { filePath } from '../fields.ts';

export const backendTls = z.strictObject({
  certFile: filePath().describe('The server\'s certificate, with those between it and its authority, as PEM.').meta({ example: 'server.pem' }),
  keyFile: filePath().describe('Its private key as PEM; not readable by everybody.').meta({ example: 'server.key' }),
  clientCaFile: filePath().exactOptional().describe('Certificates of the authorities that sign doors\' client certificates; absent: doors send API keys.').meta({ example: 'doors-ca.pem' }),
  clientCrlFile: filePath().exactOptional().describe('What these authorities have revoked, as PEM; a list for each of them.').meta({ example: 'doors-crl.pem' }),
});
