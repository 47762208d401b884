/** A remaining length takes at most four bytes (MQTT 3.1.1 §2.2.3). */
const LENGTH_BYTES = 4;

/**
 * Reads along with what a broker sends and tells of a packet that is larger than this side takes [S9]. In 3.1.1 a client
 * cannot say how much it takes, and the library gathers a packet of up to 256 MB before it hands it out.
 */
export class PacketSizeWatch {
  readonly #maxBytes: number;
  /** Bytes of the packet under way that are still to come. */
  #left = 0;
  /** Bytes of a fixed header seen so far, its first byte not counted; undefined: the next byte begins a packet. */
  #lengthBytes: number | undefined;
  #length = 0;

  constructor(maxBytes: number) {
    this.#maxBytes = maxBytes;
  }

  /** The size of the packet that is too large, once its header was seen; Infinity for a length that is none. */
  see(chunk: Uint8Array): number | undefined {
    for (let at = 0; at < chunk.length;) {
      if (this.#left > 0) {
        const step = Math.min(this.#left, chunk.length - at);
        this.#left -= step;
        at += step;
        continue;
      }
      const tooLarge = this.#header(chunk[at++] as number);
      if (tooLarge !== undefined) return tooLarge;
    }
    return undefined;
  }

  #header(byte: number): number | undefined {
    if (this.#lengthBytes === undefined) {
      this.#lengthBytes = 0;
      this.#length = 0;
      return undefined;
    }
    this.#length += (byte & 0x7f) * 128 ** this.#lengthBytes++;
    if ((byte & 0x80) !== 0) return this.#lengthBytes === LENGTH_BYTES ? Infinity : undefined;
    this.#lengthBytes = undefined;
    this.#left = this.#length;
    return this.#length > this.#maxBytes ? this.#length : undefined;
  }
}
