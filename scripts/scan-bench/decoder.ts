import type { GreyPicture } from '../../daemon/base/grey-picture.ts';

/** What a decoder made of one picture. */
export interface Read {
  texts: string[];
  /** Codes it found, for a decoder that cannot say what is in them. */
  found?: number;
  /** CPU time of all threads that worked on it, milliseconds. */
  cpuMs: number;
  /** It ended or hung and had to be started again. */
  crashed?: true;
}

/** A QR decoder that is compared with others. */
export interface Decoder {
  name: string;
  /** Its version, or how it is called. */
  about: string;
  /** What it makes of a picture depends on those before it. */
  remembers?: boolean;
  read(picture: GreyPicture): Promise<Read>;
  close(): Promise<void>;
}

/** A decoder that is not on this machine. */
export interface Absent {
  name: string;
  /** A sentence that says what to install. */
  why: string;
}
