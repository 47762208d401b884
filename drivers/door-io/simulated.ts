import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { DoorInputs, DoorIo, DoorIoSink } from './door-io.ts';
import { FileRelayLine, weldedMark } from './file-relay-line.ts';
import { guardInProcess, guardProcess } from './guard-channel.ts';
import { GuardedRelay } from './relay-guard.ts';
import type { RelayLevel } from './relay-line.ts';

export interface SimulatedDoorIoOptions {
  /** Folder of the relay's level: `relay` in it is `1` or `0`. Made if it is not there. */
  dir: string;
  clock: Clock;
  /** `in-process` for a replayed session, where the clock is a virtual one. */
  guard: 'process' | 'in-process';
  /** `absent` for a door without a contact. */
  contact?: 'wired' | 'absent';
  /** Someone who walks through whenever the door is released. */
  visitor?: { opensAfterMs: number; openForMs: number };
}

/** A door without hardware. Its relay is a file that outlives the process, held by a real guard; its inputs are moved by calls. */
export class SimulatedDoorIo implements DoorIo {
  readonly name: string;
  readonly #o: SimulatedDoorIoOptions;
  readonly #relayPath: string;
  readonly #inputs: DoorInputs;
  #sink: DoorIoSink | undefined;
  #line: FileRelayLine | undefined;
  #relay: GuardedRelay | undefined;
  #contactStuck = false;
  #visit: Timer | undefined;

  constructor(options: SimulatedDoorIoOptions) {
    this.#o = options;
    this.#relayPath = join(options.dir, 'relay');
    this.name = `simulated ${this.#relayPath}`;
    this.#inputs = { contact: options.contact === 'absent' ? 'absent' : 'closed', rex: 'idle', fire: 'normal' };
  }

  get inputs(): DoorInputs {
    return { ...this.#inputs };
  }

  get relay(): RelayLevel {
    return this.#relay?.level ?? 'rest';
  }

  get guardHeardMs(): number {
    return this.#relay?.heardMs ?? 0;
  }

  async start(sink: DoorIoSink): Promise<void> {
    const { clock, guard } = this.#o;
    const line = this.#openLine();
    const openGuard = guard === 'process' ? guardProcess({ kind: 'file', path: this.#relayPath }, clock) : guardInProcess(line, clock);
    this.#line = line;
    this.#sink = sink;
    this.#relay = new GuardedRelay({ clock, line, openGuard, onFault: (detail) => sink.relayFault(detail), onLevel: (level) => this.#relayMoved(level) });
    await this.#relay.start();
  }

  async energise(leaseMs: number): Promise<void> {
    await this.#started().energise(leaseMs);
  }

  async rest(): Promise<void> {
    await this.#started().rest();
  }

  async stop(): Promise<void> {
    this.#visit?.cancel();
    this.#sink = undefined;
    await this.#relay?.stop();
    this.#line?.close();
    this.#line = undefined;
  }

  // ---- What happens at the door ----

  setContact(now: 'closed' | 'open'): void {
    if (this.#contactStuck || this.#inputs.contact === 'absent' || this.#inputs.contact === now) return;
    this.#inputs.contact = now;
    this.#sink?.contact(now);
  }

  setRex(now: 'idle' | 'active'): void {
    if (this.#inputs.rex === now) return;
    this.#inputs.rex = now;
    this.#sink?.rex(now);
  }

  setFire(now: 'normal' | 'alarm'): void {
    if (this.#inputs.fire === now) return;
    this.#inputs.fire = now;
    this.#sink?.fire(now);
  }

  // ---- What breaks ----

  /** A stuck contact tells nothing more, whatever the door does. */
  stickContact(stuck: boolean): void {
    this.#contactStuck = stuck;
  }

  /** Welded contacts read energised whatever is written; for the guard's process too, so it is a file beside the level. */
  weldRelay(welded: boolean): void {
    if (welded) writeFileSync(weldedMark(this.#relayPath), '');
    else rmSync(weldedMark(this.#relayPath), { force: true });
  }

  #openLine(): FileRelayLine {
    try {
      return new FileRelayLine(this.#relayPath);
    } catch (thrown) {
      throw new PosternError('door-io', `The simulated relay ${this.#relayPath} cannot be written (${messageOf(thrown)}): give the daemon a folder of its own to write in.`, { cause: thrown });
    }
  }

  #started(): GuardedRelay {
    if (!this.#relay) throw new Error('the door driver is used before start');
    return this.#relay;
  }

  #relayMoved(level: RelayLevel): void {
    const { visitor, clock } = this.#o;
    if (!visitor || level === 'rest' || this.#visit) return;
    this.#visit = clock.after(visitor.opensAfterMs, () => this.#walkThrough(visitor.openForMs));
  }

  /** Whoever finds the door locked again goes away. */
  #walkThrough(openForMs: number): void {
    this.#visit = undefined;
    if (this.relay === 'rest') return;
    this.setContact('open');
    this.#visit = this.#o.clock.after(openForMs, () => {
      this.#visit = undefined;
      this.setContact('closed');
    });
  }
}
