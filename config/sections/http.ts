import { isIP } from 'node:net';
import { z } from 'zod';
import { filePath, port, whole } from '../fields.ts';

/** What a browser asks for: a name or address, in brackets where it has colons; no port, no path. */
const hostName = z.string()
  .refine((name) => isHostName(name), 'must be a host name or address as it stands in the browser\'s address, without scheme, port or path')
  .meta({ allowed: 'a host name or address', example: 'door.example.org' });

export const http = z.strictObject({
  enabled: z.boolean().default(true).describe('Whether the page is served.'),
  host: z.string().refine((host) => host === 'localhost' || isIP(host) !== 0, 'must be an address of this machine, such as 127.0.0.1, or 0.0.0.0 for all')
    .meta({ allowed: 'an IP address or localhost' }).default('127.0.0.1')
    .describe('Address it listens on. Any but a loopback one needs TLS (certFile, keyFile) and a user (postern user add).'),
  port: port().default(8470).describe('Port it listens on.'),
  certFile: filePath().exactOptional().describe('The page\'s certificate, with those between it and its authority, as PEM. It may be replaced while the door runs.').meta({ example: 'page.pem' }),
  keyFile: filePath().exactOptional().describe('Its private key as PEM; not readable by everybody.').meta({ example: 'page.key' }),
  allowedHosts: z.array(hostName).max(16).default([]).describe('Further names by which the page is reached, for a name of the network or a TLS proxy in front; to any other it does not answer.'),
  sessionIdleS: whole(60, 86_400).default(1_800).describe('A login that is not used for so long is over.'),
  sessionMaxH: whole(1, 168).default(12).describe('A login is over after so long, used or not.'),
});

function isHostName(name: string): boolean {
  if (/^\[[0-9a-f:.]+\]$/i.test(name)) return isIP(name.slice(1, -1)) === 6;
  return name.length <= 253 && /^[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i.test(name);
}
