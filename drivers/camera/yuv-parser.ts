import type { ParserSink, PictureParser } from './picture-parser.ts';
import { bytesOfYuv, yuvPicture, type YuvLayout } from './yuv-frame.ts';

/** Cuts bare 4:2:0 pictures, one after the other without anything between them, as `rpicam-vid --codec yuv420` writes them. */
export class YuvParser implements PictureParser {
  readonly #sink: ParserSink;
  #layout: YuvLayout;
  #bytes: Uint8Array;
  #filled = 0;

  constructor(layout: YuvLayout, sink: ParserSink) {
    this.#sink = sink;
    this.#layout = layout;
    this.#bytes = new Uint8Array(bytesOfYuv(layout));
  }

  /** Another size than was asked for. What has come of a picture is thrown away. */
  setLayout(layout: YuvLayout): void {
    this.#layout = layout;
    this.#bytes = new Uint8Array(bytesOfYuv(layout));
    this.#filled = 0;
  }

  take(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      const piece = chunk.subarray(from, from + this.#bytes.length - this.#filled);
      this.#bytes.set(piece, this.#filled);
      this.#filled += piece.length;
      from += piece.length;
      if (this.#filled === this.#bytes.length) this.#tell();
    }
  }

  #tell(): void {
    const whole = this.#bytes;
    this.#bytes = new Uint8Array(whole.length);
    this.#filled = 0;
    this.#sink.picture(yuvPicture(whole, this.#layout));
  }
}
