import { systemClock } from '../../daemon/base/clock.ts';
import type { Frame } from '../../daemon/base/frame.ts';
import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { QrReader } from '../../daemon/scan/qr.ts';
import type { ScanResult } from '../../daemon/scan/scan-result.ts';
import { cpuMsSince } from './cpu-time.ts';
import type { Decoder, Read } from './decoder.ts';

/** What extra looks may cost a frame where the config says nothing else, milliseconds. */
export const USUAL_LOOK_MS = 10;

/** How Postern reads: frames as they come, with one extra look each; or single pictures in every way there is. */
export type Manner = 'frames' | 'pictures';

interface Way {
  name: string;
  about: string;
  /** What it makes of a picture depends on those before it. */
  remembers: boolean;
  read: (reader: QrReader, frame: Frame) => Promise<ScanResult>;
}

/** This project's decoder as the daemon runs it, thread and hand-over included. */
export class PosternDecoder implements Decoder {
  readonly name: string;
  readonly about: string;
  readonly remembers: boolean;
  readonly #reader: QrReader;
  readonly #read: Way['read'];
  #seq = 0;

  private constructor(reader: QrReader, { name, about, remembers, read }: Way) {
    this.#reader = reader;
    this.name = name;
    this.about = about;
    this.remembers = remembers;
    this.#read = read;
  }

  static open(manner: Manner, extraLookMs = USUAL_LOOK_MS): Promise<PosternDecoder> {
    return PosternDecoder.#opened(extraLookMs, manner === 'frames'
      ? { name: 'postern', about: `extra looks of ${extraLookMs} ms a frame`, remembers: true, read: (reader, frame) => reader.read(frame) }
      : { name: 'postern', about: 'every look until two agree', remembers: false, read: (reader, frame) => reader.readThoroughly(frame) });
  }

  /** The plain pass alone: it differs from zxing-wasm's by the hand-over to another thread, and all else from it by what else is done. */
  static openPlain(): Promise<PosternDecoder> {
    return PosternDecoder.#opened(0, { name: 'postern, plain', about: 'one pass in its thread', remembers: false, read: (reader, frame) => reader.readPlainly(frame) });
  }

  static async #opened(extraLookMs: number, way: Way): Promise<PosternDecoder> {
    // Measured by the wall clock, looks would cost more, and fewer be made, the busier the machine is.
    return new PosternDecoder(await QrReader.open({ clock: systemClock, deadlineMs: 10_000, extraLookMs, lookCosts: 'nominal' }), way);
  }

  async read(picture: GreyPicture): Promise<Read> {
    const started = process.cpuUsage();
    const frame = { seq: ++this.#seq, arrivedMs: 0, width: picture.width, height: picture.height, luma: picture.data };
    const { codes } = await this.#read(this.#reader, frame);
    return { cpuMs: cpuMsSince(started), texts: codes.map(({ text }) => text) };
  }

  close(): Promise<void> {
    return this.#reader.close();
  }
}
