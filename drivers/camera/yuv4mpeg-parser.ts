import { MAX_PIXELS, StreamFault, type ParserSink, type PictureParser } from './picture-parser.ts';
import { bytesOfYuv, type YuvLayout } from './yuv-frame.ts';
import { YuvParser } from './yuv-parser.ts';

/** Of a header line. */
const LONGEST = 512;

/**
 * YUV4MPEG2 with 4:2:0 pictures, as ffmpeg writes it (its `libavformat/yuv4mpegenc.c`): a line with the size, then before
 * each picture a line that begins with FRAME. The size tells itself, and a stream that has slipped is seen at once.
 */
export class Yuv4mpegParser implements PictureParser {
  readonly #sink: ParserSink;
  #pictures: YuvParser | undefined;
  #line = '';
  /** Bytes of the picture under way that are still to come. */
  #left = 0;
  #pictureBytes = 0;

  constructor(sink: ParserSink) {
    this.#sink = sink;
  }

  take(chunk: Uint8Array): void {
    for (let from = 0; from < chunk.length;) {
      if (this.#left > 0) {
        const piece = chunk.subarray(from, from + this.#left);
        this.#left -= piece.length;
        from += piece.length;
        this.#pictures?.take(piece);
      } else from = this.#takeLine(chunk, from);
    }
  }

  #takeLine(chunk: Uint8Array, from: number): number {
    const newline = chunk.indexOf(0x0a, from);
    const end = newline < 0 ? chunk.length : newline;
    if (this.#line.length + end - from > LONGEST) throw fault();
    this.#line += Buffer.from(chunk.subarray(from, end)).toString('latin1');
    if (newline < 0) return end;
    const line = this.#line;
    this.#line = '';
    this.#read(line);
    return end + 1;
  }

  #read(line: string): void {
    if (!this.#pictures) {
      const layout = layoutOf(line);
      this.#pictures = new YuvParser(layout, this.#sink);
      this.#pictureBytes = bytesOfYuv(layout);
    } else if (/^FRAME( |$)/.test(line)) this.#left = this.#pictureBytes;
    else throw fault();
  }
}

function layoutOf(line: string): YuvLayout {
  const [magic, ...fields] = line.split(' ');
  const field = (letter: string): string => fields.find((text) => text.startsWith(letter))?.slice(1) ?? '';
  const [width, height] = [Number(field('W')), Number(field('H'))];
  const is420 = /^(420(jpeg|mpeg2|paldv)?)?$/.test(field('C'));
  const isSize = Number.isInteger(width) && Number.isInteger(height) && width > 0 && height > 0 && width * height <= MAX_PIXELS;
  if (magic !== 'YUV4MPEG2' || !is420 || !isSize) throw fault();
  return { width, height, rowBytes: width };
}

function fault(): StreamFault {
  return new StreamFault('it gives bytes that are no video');
}
