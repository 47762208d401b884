import { jpegHasEnd } from './jpeg-size.ts';
import { jpegPicture } from './jpeg-picture.ts';
import { MAX_JPEG_BYTES, StreamFault, type ParserSink, type PictureParser } from './picture-parser.ts';

/** All header lines of one part; and what may stand between two parts. */
const MAX_HEADER_BYTES = 8 * 1024;
const CRLF = '\r\n';

/**
 * JPEGs in a multipart stream (RFC 2046 §5.1), as cameras and ffmpeg's mpjpeg send them. A part's Content-Length is
 * believed while it is true, so that a picture is told with its last byte; where it is absent or was a lie, a part ends
 * at the end of its JPEG or at the next boundary.
 */
export class MultipartParser implements PictureParser {
  readonly #sink: ParserSink;
  /** With its two dashes; absent until the first line has told it. */
  #boundary: string | undefined;
  #believesLength = true;
  #state: 'boundary' | 'headers' | 'body' = 'boundary';
  #length: number | undefined;
  /** What has come and is not used up: `#bytes[0, #filled)`. */
  #bytes = Buffer.alloc(64 * 1024);
  #filled = 0;
  /** Up to here no boundary begins. */
  #searched = 0;

  /** `boundary` is the parameter of the Content-Type, if it has one; some cameras put the dashes into it. */
  constructor(boundary: string | undefined, sink: ParserSink) {
    this.#sink = sink;
    this.#boundary = boundary === undefined || boundary === '' ? undefined : `--${boundary.replace(/^--/, '')}`;
  }

  take(chunk: Uint8Array): void {
    this.#append(chunk);
    while (this.#step());
  }

  /** Takes one step; false when more bytes are needed. */
  #step(): boolean {
    switch (this.#state) {
      case 'boundary': return this.#takeBoundary();
      case 'headers': return this.#takeHeaders();
      case 'body': return this.#takeBody();
    }
  }

  #takeBoundary(): boolean {
    const boundary = this.#boundary ?? this.#learnBoundary();
    if (boundary === undefined) return false;
    const at = this.#view.indexOf(boundary);
    const lineEnd = at < 0 ? -1 : this.#view.indexOf(CRLF, at);
    if (lineEnd < 0) {
      if (this.#filled > MAX_HEADER_BYTES) throw new StreamFault('it gives a multipart stream without its boundary');
      return false;
    }
    this.#use(lineEnd + 2);
    this.#state = 'headers';
    return true;
  }

  #learnBoundary(): string | undefined {
    const text = this.#view.toString('latin1', 0, 512).trimStart();
    if (text.length >= 2 && !text.startsWith('--')) throw new StreamFault('it gives a multipart stream without its boundary');
    const end = text.indexOf(CRLF);
    if (end < 0 && text.length > 200) throw new StreamFault('it gives a multipart stream without its boundary');
    if (end > 2) this.#boundary = text.slice(0, end).trimEnd();
    return this.#boundary;
  }

  #takeHeaders(): boolean {
    // A part without headers begins with the empty line itself.
    const end = this.#view.subarray(0, 2).toString('latin1') === CRLF ? -2 : this.#view.indexOf('\r\n\r\n');
    if (end === -1 || this.#filled < 2) {
      if (this.#filled > MAX_HEADER_BYTES) throw new StreamFault('it gives parts with endless headers');
      return false;
    }
    const headers = this.#view.toString('latin1', 0, Math.max(0, end));
    const length = Number(/^content-length:[ \t]*(\d{1,9})[ \t]*$/im.exec(headers)?.[1] ?? 0);
    this.#length = this.#believesLength && length > 0 && length <= MAX_JPEG_BYTES ? length : undefined;
    this.#use(end + 4);
    this.#state = 'body';
    return true;
  }

  #takeBody(): boolean {
    const end = this.#length === undefined ? this.#endWithoutLength() : this.#endByLength(this.#length);
    if (end === undefined) {
      if (this.#filled > MAX_JPEG_BYTES) throw new StreamFault(`it gives pictures of over ${MAX_JPEG_BYTES / 1024 / 1024} MB`);
      return false;
    }
    const picture = jpegPicture(Uint8Array.from(this.#view.subarray(0, end)));
    this.#use(end);
    this.#state = 'boundary';
    if (typeof picture === 'string') this.#sink.bad(picture);
    else this.#sink.picture(picture);
    return true;
  }

  #endByLength(length: number): number | undefined {
    if (this.#filled < length) return undefined;
    if (jpegHasEnd(this.#view.subarray(0, length)) && !this.#view.subarray(0, length).includes(`${CRLF}${this.#boundary}`)) return length;
    this.#believesLength = false;
    this.#length = undefined;
    return this.#endWithoutLength();
  }

  #endWithoutLength(): number | undefined {
    const at = this.#view.indexOf(`${CRLF}${this.#boundary}`, this.#searched);
    if (at >= 0) return at;
    this.#searched = Math.max(0, this.#filled - 256);
    // Without waiting for the next part, which comes a picture later.
    const tail = this.#view.toString('latin1', Math.max(0, this.#filled - 4));
    const jpegEnd = this.#filled - (tail.endsWith(CRLF) ? 2 : 0);
    return /\xff\xd9(\r\n)?$/.test(tail) && jpegHasEnd(this.#view.subarray(0, jpegEnd)) ? jpegEnd : undefined;
  }

  get #view(): Buffer {
    return this.#bytes.subarray(0, this.#filled);
  }

  #append(chunk: Uint8Array): void {
    if (this.#filled + chunk.length > this.#bytes.length) {
      const bigger = Buffer.alloc(Math.max(2 * this.#bytes.length, this.#filled + chunk.length));
      this.#bytes.copy(bigger, 0, 0, this.#filled);
      this.#bytes = bigger;
    }
    this.#bytes.set(chunk, this.#filled);
    this.#filled += chunk.length;
  }

  #use(count: number): void {
    this.#bytes.copyWithin(0, count, this.#filled);
    this.#filled -= count;
    this.#searched = 0;
  }
}
