import type { Schedule } from '../../base/schedule.ts';

/** The rules by which alerts are raised, as the config's section `alerts` has them. */
export interface AlertSettings {
  /** What happened longer ago than this when it becomes known is stored, marked as late, and not sent. */
  readonly lateAfterH: number;
  /** One situation raises one alert within this, by the time of the events. */
  readonly coolDownS: number;
  readonly denialsInARow: { readonly enabled: boolean; readonly count: number; readonly windowS: number };
  readonly codeAtTwoDoors: { readonly enabled: boolean; readonly minTravelS: number };
  readonly useOutOfHours: { readonly enabled: boolean; readonly count: number; readonly windowH: number; readonly timeZone: string; readonly siteHours?: Schedule };
  readonly expiredCodeKeepsTrying: { readonly enabled: boolean; readonly count: number; readonly windowH: number };
  readonly overspent: { readonly enabled: boolean };
  /** For `log-rewritten`, `log-gap` and `log-restarted`. */
  readonly logRewritten: { readonly enabled: boolean };
  readonly doorSilent: { readonly enabled: boolean; readonly afterS: number };
}
