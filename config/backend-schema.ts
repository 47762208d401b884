import { z } from 'zod';
import { filePath, port, whole, type DeepReadonly } from './fields.ts';

/**
 * The one statement of the config of a backend that runs by itself (`postern backend --config FILE`).
 * A door's config names an embedded one by its few keys in `embeddedBackend`.
 */
export const backendSchema = z.strictObject({
  dir: filePath().describe('Folder of its database, its keys and the lists it signed.').meta({ example: 'backend' }),
  host: z.string().min(1).max(255).default('127.0.0.1').describe('Address it listens on.').meta({ allowed: 'a host name or address' }),
  port: port().default(8471).describe('Port it listens on.'),
  maxTokenDays: whole(1, 366).default(31).describe('The longest a code may be valid. Doors deny what is valid for longer than their access.maxTokenDays.'),
  listDeltasH: whole(1, 168).default(24).describe('How long a door that was away is brought up to date by a delta; after that it fetches its full list.'),
});

/** A backend's config as it is used: complete, frozen, its paths absolute. */
export type BackendConfig = DeepReadonly<z.output<typeof backendSchema>>;
