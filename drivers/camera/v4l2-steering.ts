import { Backoff } from '../../daemon/base/backoff.ts';
import type { Clock, Timer } from '../../daemon/base/clock.ts';
import type { CameraSteering } from './camera.ts';
import { V4l2Ctl } from './v4l2-ctl.ts';
import { exposing, exposureControlsIn, givingBack, limitsOf, takingOver, type ExposureControls } from './v4l2-exposure.ts';

export interface V4l2SteeringOptions {
  clock: Clock;
  device: string;
  framesPerSecond: number;
  /** v4l2-ctl, or another program in its place. */
  command: string;
  /** As `CameraSink.steering`. */
  tell: (now: CameraSteering | string) => void;
  /** See `Backoff`. */
  random?: () => number;
}

/** Three for the sensor, which exposes one frame while it reads out another, and two on their way through camera, kernel and ffmpeg. */
const DELAY_FRAMES = 5;
/** A camera whose control has failed once is tried again, at first soon, in the end once an hour. */
const AGAIN = { firstMs: 60_000, maxMs: 3_600_000 };

/** The exposure of one video device, from its being taken over to its being given back. Pictures do without. */
export class V4l2Steering {
  readonly #o: V4l2SteeringOptions;
  readonly #ctl: V4l2Ctl;
  readonly #backoff: Backoff;
  /** While the exposure is ours, and has to be given back. */
  #controls: ExposureControls | undefined;
  /** What is to be set next; the newest counts. */
  #wanted: string | undefined;
  #isUnderWay = false;
  #work: Promise<void> = Promise.resolve();
  #again: Timer | undefined;
  #isClosed = false;

  constructor(options: V4l2SteeringOptions) {
    this.#o = options;
    this.#ctl = new V4l2Ctl(options);
    this.#backoff = new Backoff({ ...AGAIN, ...(options.random && { random: options.random }) });
  }

  begin(): void {
    this.#work = this.#begin();
  }

  /** Gives automatic exposure back; resolves when no process is left. */
  async close(): Promise<void> {
    this.#isClosed = true;
    this.#again?.cancel();
    await this.#work;
    await this.#giveBack();
    await this.#ctl.close();
  }

  async #begin(): Promise<void> {
    const listing = await this.#ctl.ask('--list-ctrls-menus');
    if (this.#isClosed) return;
    if ('fault' in listing) return this.#fail(listing.fault);
    const controls = exposureControlsIn(listing.printed);
    if (typeof controls === 'string') return this.#o.tell(controls);
    this.#controls = controls;
    if (await this.#isSet(takingOver(controls))) this.#o.tell(this.#steeringBy(controls));
  }

  #steeringBy(controls: ExposureControls): CameraSteering {
    const isUnderWay = (): boolean => this.#isUnderWay;
    return {
      ...limitsOf(controls, this.#o.framesPerSecond),
      delayFrames: DELAY_FRAMES,
      get isUnderWay() {
        return isUnderWay();
      },
      steer: (exposureUs, gain) => {
        if (this.#controls !== controls || this.#isClosed) return;
        this.#wanted = exposing(controls, { exposureUs, gain });
        if (!this.#isUnderWay) this.#work = this.#setNewest();
      },
    };
  }

  async #setNewest(): Promise<void> {
    this.#isUnderWay = true;
    while (this.#wanted !== undefined) {
      const newest = this.#wanted;
      this.#wanted = undefined;
      if (!(await this.#isSet(newest))) break;
    }
    this.#isUnderWay = false;
  }

  /** Whether `settings` were set and there may be more. */
  async #isSet(settings: string): Promise<boolean> {
    const answer = await this.#ctl.ask(`--set-ctrl ${settings}`);
    if (this.#isClosed) return false;
    if ('fault' in answer) await this.#fail(answer.fault);
    return !('fault' in answer);
  }

  async #fail(fault: string): Promise<void> {
    this.#wanted = undefined;
    const isAutomatic = await this.#giveBack();
    if (this.#isClosed) return;
    this.#o.tell(isAutomatic ? fault : `${fault}; its exposure stays as it was set last`);
    this.#again = this.#o.clock.after(this.#backoff.nextMs(), () => this.begin());
  }

  async #giveBack(): Promise<boolean> {
    const controls = this.#controls;
    this.#controls = undefined;
    return !controls || 'printed' in (await this.#ctl.ask(`--set-ctrl ${givingBack(controls)}`));
  }
}
