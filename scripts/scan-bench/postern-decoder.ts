import { systemClock } from '../../daemon/base/clock.ts';
import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { QrReader } from '../../daemon/scan/qr.ts';
import { cpuMsSince } from './cpu-time.ts';
import type { Decoder, Read } from './decoder.ts';

/** What extra looks may cost a frame where the config says nothing else, milliseconds. */
export const USUAL_LOOK_MS = 10;

/** How Postern reads: frames as they come, with one extra look each; or single pictures in every way there is. */
export type Manner = 'frames' | 'pictures';

/** This project's decoder as the daemon runs it, thread and hand-over included. */
export class PosternDecoder implements Decoder {
  readonly name = 'postern';
  readonly about: string;
  readonly remembers: boolean;
  readonly #reader: QrReader;
  readonly #manner: Manner;
  #seq = 0;

  private constructor(reader: QrReader, manner: Manner, about: string) {
    this.#reader = reader;
    this.#manner = manner;
    this.about = about;
    this.remembers = manner === 'frames';
  }

  static async open(manner: Manner, extraLookMs = USUAL_LOOK_MS): Promise<PosternDecoder> {
    // Measured by the wall clock, looks would cost more, and fewer be made, the busier the machine is.
    const reader = await QrReader.open({ clock: systemClock, deadlineMs: 10_000, extraLookMs, lookCosts: 'nominal' });
    return new PosternDecoder(reader, manner, manner === 'frames' ? `extra looks of ${extraLookMs} ms a frame` : 'every look until two agree');
  }

  async read(picture: GreyPicture): Promise<Read> {
    const started = process.cpuUsage();
    const frame = { seq: ++this.#seq, arrivedMs: 0, width: picture.width, height: picture.height, luma: picture.data };
    const { codes } = await (this.#manner === 'frames' ? this.#reader.read(frame) : this.#reader.readThoroughly(frame));
    return { cpuMs: cpuMsSince(started), texts: codes.map(({ text }) => text) };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
