import { z } from 'zod';
import { about, filePath, isLoopback, port, whole, type DeepReadonly } from './fields.ts';
import { alerts, webhooks } from './sections/backend-alerts.ts';
import { backendEvents } from './sections/backend-events.ts';
import { publicUrl } from './sections/backend-passes.ts';
import { smtp } from './sections/backend-smtp.ts';
import { backendTls } from './sections/backend-tls.ts';

/**
 * The one statement of the config of a backend that runs by itself (`postern backend --config FILE`).
 * A door's config names an embedded one by its few keys in `embeddedBackend`.
 */
export const backendSchema = z.strictObject({
  dir: filePath().describe('Folder of its database, its keys and the lists it signed.').meta({ example: 'backend' }),
  host: z.string().min(1).max(255).default('127.0.0.1').describe('Address it listens on.').meta({ allowed: 'a host name or address' }),
  port: port().default(8471).describe('Port it listens on.'),
  tls: backendTls.exactOptional().describe('HTTPS; absent: plain HTTP, for this machine only. The files may be replaced while it runs.'),
  maxTokenDays: whole(1, 366).default(31).describe('The longest a code may be valid. Doors deny what is valid for longer than their access.maxTokenDays.'),
  listDeltasH: whole(1, 168).default(24).describe('How long a door that was away is brought up to date by a delta; after that it fetches its full list.'),
  publicUrl: publicUrl.exactOptional().describe('What the links of web passes begin with; visitors open them from their phones. By default the address it listens at.'),
  smtp: smtp.exactOptional().describe('The mail server for passes, for "postern pass email" and "postern pass bulk --send". Without it those need their options.'),
  events: backendEvents.prefault({}).describe('How long events and pictures that doors upload are kept.'),
  alerts: alerts.prefault({}).describe('Rules that raise an alert: an event among the others, and a webhook.'),
  webhooks,
})
  // [S8]
  .refine((it) => it.tls || isLoopback(it.host), about(['host', 'tls'], 'must be 127.0.0.1, ::1 or localhost without a tls section, for API keys and codes would be readable on the way'));

/** A backend's config as it is used: complete, frozen, its paths absolute. */
export type BackendConfig = DeepReadonly<z.output<typeof backendSchema>>;
