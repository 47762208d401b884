/** Bytes written by hand: hex digits, spaced as one likes. */
export function hex(digits: string): Uint8Array {
  return new Uint8Array(Buffer.from(digits.replaceAll(/\s/g, ''), 'hex'));
}

/** The hex digits of bytes, so that a Buffer and a Uint8Array compare. */
export function digitsOf(bytes: Uint8Array): string {
  return Buffer.from(bytes).toString('hex');
}
