import type { Clock } from '../../daemon/base/clock.ts';
import type { DoorIoSink } from './door-io.ts';
import type { OpenGuard } from './guard-channel.ts';
import { GuardedRelay } from './relay-guard.ts';
import { keepRelayLine } from './relay-line-file.ts';
import type { RelayLevel, RelayLine, RelayLineSpec } from './relay-line.ts';

export interface DoorRelayStart {
  clock: Clock;
  spec: RelayLineSpec;
  /** Where `spec` is written down, before the line is opened; see relay-line-file.ts. */
  lineFile: string | undefined;
  /** The driver's own hand on the line. */
  line: () => RelayLine;
  openGuard: (line: RelayLine) => OpenGuard;
  sink: Pick<DoorIoSink, 'relayFault'>;
  onLevel?: (level: RelayLevel) => void;
}

/** A door's relay from a driver's start to its stop: what `DoorIo` says of it, whatever line it is on. */
export class DoorRelay {
  #guarded: GuardedRelay | undefined;
  #line: RelayLine | undefined;

  get level(): RelayLevel {
    return this.#guarded?.level ?? 'rest';
  }

  get heardMs(): number {
    return this.#guarded?.heardMs ?? 0;
  }

  /** Resolves with the relay at rest and its guard ready. Rejects PosternError('relay-line-file', 'relay-guard') or as `line` throws. */
  async start({ clock, spec, lineFile, line: openLine, openGuard, sink, onLevel }: DoorRelayStart): Promise<void> {
    if (lineFile !== undefined) keepRelayLine(lineFile, spec);
    const line = openLine();
    this.#line = line;
    this.#guarded = new GuardedRelay({ clock, line, openGuard: openGuard(line), onFault: (detail) => sink.relayFault(detail), ...(onLevel && { onLevel }) });
    await this.#guarded.start();
  }

  async energise(leaseMs: number): Promise<void> {
    await this.#started().energise(leaseMs);
  }

  async rest(): Promise<void> {
    await this.#started().rest();
  }

  async stop(): Promise<void> {
    await this.#guarded?.stop();
    this.#line?.close();
    this.#line = undefined;
  }

  #started(): GuardedRelay {
    if (!this.#guarded) throw new Error('the door driver is used before start');
    return this.#guarded;
  }
}
