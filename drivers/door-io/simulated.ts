import { rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import { PosternError, messageOf } from '../../daemon/base/errors.ts';
import type { DoorInputs, DoorIo, DoorIoSink, OutputName } from './door-io.ts';
import { DoorRelay } from './door-relay.ts';
import { DrivenOutput, closeOutputs, switchOff } from './driven-output.ts';
import { FileOutputWire, brokenMark } from './file-output-wire.ts';
import { FileRelayLine, weldedMark } from './file-relay-line.ts';
import { guardInProcess, guardProcess } from './guard-channel.ts';
import type { RelayLevel, RelayLineSpec } from './relay-line.ts';

export interface SimulatedDoorIoOptions {
  /** Folder of the relay's level: `relay` in it is `1` or `0`. Made if it is not there. */
  dir: string;
  clock: Clock;
  /** `in-process` for a replayed session, where the clock is a virtual one. */
  guard: 'process' | 'in-process';
  /** Where it is written down which line the relay is on; see relay-line-file.ts. */
  lineFile?: string;
  /** `absent` for a door without a contact. */
  contact?: 'wired' | 'absent';
  /** Someone who walks through whenever the door is released. */
  visitor?: { opensAfterMs: number; openForMs: number };
  /** The outputs that are wired; the level of each is a file of its name in `dir`. None unless told. */
  outputs?: readonly OutputName[];
}

/** A door without hardware. Its relay is a file that outlives the process, held by a real guard; its inputs are moved by calls. */
export class SimulatedDoorIo implements DoorIo {
  readonly name: string;
  readonly outputs: Partial<Record<OutputName, DrivenOutput>>;
  readonly #o: SimulatedDoorIoOptions;
  readonly #relayPath: string;
  readonly #inputs: DoorInputs;
  readonly #relay = new DoorRelay();
  #sink: DoorIoSink | undefined;
  #contactStuck = false;
  #visit: Timer | undefined;

  constructor(options: SimulatedDoorIoOptions) {
    this.#o = options;
    this.#relayPath = join(options.dir, 'relay');
    this.name = `simulated ${this.#relayPath}`;
    this.outputs = Object.fromEntries((options.outputs ?? []).map((name) => [name, this.#output(name)]));
    this.#inputs = { contact: options.contact === 'absent' ? 'absent' : 'closed', rex: 'idle', fire: 'normal', tamper: 'normal' };
  }

  get inputs(): DoorInputs {
    return { ...this.#inputs };
  }

  get relay(): RelayLevel {
    return this.#relay.level;
  }

  get guardHeardMs(): number {
    return this.#relay.heardMs;
  }

  async start(sink: DoorIoSink): Promise<void> {
    const { clock, guard, lineFile } = this.#o;
    const spec: RelayLineSpec = { kind: 'file', path: resolve(this.#relayPath) };
    this.#sink = sink;
    await this.#relay.start({
      clock, spec, lineFile, sink,
      line: () => this.#openLine(),
      openGuard: (line) => (guard === 'process' ? guardProcess(spec, clock) : guardInProcess(line, clock)),
      onLevel: (level) => this.#relayMoved(level),
    });
    switchOff(Object.values(this.outputs));
  }

  energise(leaseMs: number): Promise<void> {
    return this.#relay.energise(leaseMs);
  }

  rest(): Promise<void> {
    return this.#relay.rest();
  }

  async stop(): Promise<void> {
    this.#visit?.cancel();
    this.#sink = undefined;
    closeOutputs(Object.values(this.outputs));
    await this.#relay.stop();
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

  setTamper(now: 'normal' | 'alarm'): void {
    if (this.#inputs.tamper === now) return;
    this.#inputs.tamper = now;
    this.#sink?.tamper?.(now);
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

  /** A broken line cannot be switched. */
  breakOutput(name: OutputName, broken: boolean): void {
    const mark = brokenMark(join(this.#o.dir, name));
    if (broken) writeFileSync(mark, '');
    else rmSync(mark, { force: true });
  }

  #output(name: OutputName): DrivenOutput {
    const path = join(this.#o.dir, name);
    return new DrivenOutput({
      open: () => new FileOutputWire(path),
      errorOf: (thrown) => new PosternError('door-io', `The simulated output ${path} cannot be switched (${messageOf(thrown)}): give the daemon a folder of its own to write in.`, { cause: thrown }),
    });
  }

  #openLine(): FileRelayLine {
    try {
      return new FileRelayLine(this.#relayPath);
    } catch (thrown) {
      throw new PosternError('door-io', `The simulated relay ${this.#relayPath} cannot be written (${messageOf(thrown)}): give the daemon a folder of its own to write in.`, { cause: thrown });
    }
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
