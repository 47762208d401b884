import { alerts } from '../../config/sections/backend-alerts.ts';
import { backendEvents } from '../../config/sections/backend-events.ts';
import type { BackendConfig } from '../../config/backend-schema.ts';
import type { ReportSettings } from '../backend/events/reports.ts';

/** What a backend's config says about events and alerts; for a backend without a config of its own, the defaults. */
export function reportSettings(own?: BackendConfig): ReportSettings {
  if (own) return { retention: own.events, alerts: own.alerts, webhooks: own.webhooks };
  return { retention: backendEvents.parse({}), alerts: alerts.parse({}) };
}
