import type { Picture } from './picture-source.ts';

/** Takes what a program writes, in pieces of any size, and tells each whole picture as its last byte comes. */
export interface PictureParser {
  /** Throws a `StreamFault` when what comes can never become a picture again. */
  take(chunk: Uint8Array): void;
}

/** Where a parser delivers; see `PictureListener`. */
export interface ParserSink {
  picture(picture: Picture): void;
  bad(what: string): void;
}

/** `message` goes on after "The camera gives no pictures: ", the same words each time. */
export class StreamFault extends Error {}

/** As for the decoder: what is over it is no camera's picture [S9]. */
export const MAX_PIXELS = 25_000_000;
/** Of one JPEG. */
export const MAX_JPEG_BYTES = 8 * 1024 * 1024;
