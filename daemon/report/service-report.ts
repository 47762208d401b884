import type { Clock } from '../base/clock.ts';
import type { Logger } from '../base/logger.ts';
import type { PartStatus, StatusBoard } from '../base/status.ts';
import { Heartbeat } from './heartbeat.ts';
import { ServiceManager, type ServiceEnvironment } from './service-manager.ts';
import type { VitalWatch } from './vital-watch.ts';

export interface ServiceReportOptions {
  env: ServiceEnvironment;
  doorName: string;
  status: StatusBoard;
  vitals: Pick<VitalWatch, 'silent'>;
  clock: Clock;
  log: Logger;
}

/** Where systemd started the daemon it hears that the door is being watched, how the parts are, and that all is alive [S10]. */
export class ServiceReport {
  readonly #manager: ServiceManager;
  readonly #heartbeat: Heartbeat | undefined;

  constructor({ env, doorName, status, vitals, clock, log }: ServiceReportOptions) {
    this.#manager = new ServiceManager({ env, log });
    const everyMs = this.#manager.beatEveryMs;
    this.#heartbeat = everyMs === undefined ? undefined : new Heartbeat({ vitals, everyMs, beat: () => this.#manager.beat(), clock, log });
    const tell = (): void => this.#manager.status(statusSentence(doorName, status.all()));
    status.onChange(tell);
    tell();
    this.#manager.ready();
    this.#heartbeat?.start();
  }

  /** To be called first of all that stops: a daemon that is stopping is not hanging. */
  stopping(): void {
    this.#heartbeat?.stop();
    this.#manager.stopping();
  }

  close(): Promise<void> {
    return this.#manager.close();
  }
}

/** `Watching Front door.` and, where something is wrong, what. */
export function statusSentence(doorName: string, parts: Record<string, PartStatus>): string {
  const wrong = Object.values(parts).filter(({ state }) => state !== 'ok').map(({ reason }) => reason);
  return [`Watching ${doorName}.`, ...wrong].join(' ');
}
