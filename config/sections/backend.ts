import { z } from 'zod';
import { filePath, isLoopback, loopbackHost, port } from '../fields.ts';

/** Of what takes an API key over HTTP. */
export const backendUrl = (): z.ZodString => z.string()
  .refine(isHttpUrl, 'must be a URL that begins with https:// (or http:// on this machine) and has no user, query or fragment')
  .refine((url) => !isHttpUrl(url) || isSafe(new URL(url)), 'must begin with https://: over plain http the API key and the verdicts could be read and changed on the way (http:// is for this machine only)')
  .meta({ allowed: 'an https:// URL, or http:// on this machine', example: 'https://access.example.org' });

export const backend = z.strictObject({
  url: backendUrl().describe('Where the backend answers, without a path of the API.'),
  apiKeyFile: filePath().exactOptional().describe('File with the door\'s API key, readable by its owner only; not needed with a client certificate.').meta({ example: 'door-api.key' }),
  caFile: filePath().exactOptional().describe('Certificates of the authorities that sign the backend\'s, as PEM; absent: those this system trusts.').meta({ example: 'backend-ca.pem' }),
  clientCertFile: filePath().exactOptional().describe('The door\'s certificate as PEM, by which the backend knows it. It may be replaced while the door runs.').meta({ example: 'door.pem' }),
  clientKeyFile: filePath().exactOptional().describe('Its private key as PEM, readable by its owner only.').meta({ example: 'door.key' }),
  adminKeyFile: filePath().exactOptional().describe('File with an API key that may issue and revoke, for the commands issue and revoke; not needed on the door.').meta({ example: 'admin-api.key' }),
  uploadEvents: z.boolean().default(true).describe('Whether the door\'s events are uploaded, so that they can be found at the backend and it can raise alerts.'),
  uploadPictures: z.enum(['off', 'denied', 'all']).default('denied').describe('Of which attempts pictures are uploaded, too. Those of people who were let in stay on the door unless this says all.'),
});

export const embeddedBackend = z.strictObject({
  dir: filePath().describe('Folder of its database and keys.').meta({ example: 'backend' }),
  host: loopbackHost('it speaks plain HTTP. To serve other machines put a TLS proxy in front').default('127.0.0.1').describe('Address it listens on.'),
  port: port().default(8471).describe('Port it listens on.'),
});

function isHttpUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function isSafe(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url.hostname);
}
