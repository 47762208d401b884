import type { GreyPicture } from '../../daemon/base/grey-picture.ts';
import { Zxing } from '../../daemon/scan/zxing.ts';
import { cpuMsSince } from './cpu-time.ts';
import type { Decoder, Read } from './decoder.ts';

/** One pass of zxing-wasm over the luma and nothing else, on the thread that calls it. */
export class WasmDecoder implements Decoder {
  readonly name = 'zxing-wasm, plain';
  readonly about = 'one pass over luma';
  readonly #zxing: Zxing;

  private constructor(zxing: Zxing) {
    this.#zxing = zxing;
  }

  static async open(): Promise<WasmDecoder> {
    return new WasmDecoder(await Zxing.open());
  }

  read({ data, width, height }: GreyPicture): Promise<Read> {
    const started = process.cpuUsage();
    this.#zxing.room('picture', data.length).set(data);
    const { codes } = this.#zxing.read('picture', width, height, 'plain');
    return Promise.resolve({ cpuMs: cpuMsSince(started), texts: codes.map(({ text }) => text) });
  }

  close(): Promise<void> {
    return Promise.resolve();
  }
}
