/**
 * Width and height that a JPEG tells in its frame header (ITU-T T.81, B.2.2), in pixels; undefined when none is found.
 * Reads the headers only: that the picture behind them is whole is not checked.
 */
export function jpegSize(jpeg: Uint8Array): { width: number; height: number } | undefined {
  const at = frameHeaderAt(jpeg);
  if (at === undefined) return undefined;
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  return { height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
}

/**
 * Whether the end of the image is there. Behind the frame header FF D9 is nothing else (coded data has a zero after each
 * FF; T.81, B.1.1.5); before it, it may be a thumbnail's. What cameras pad the end with may follow.
 */
export function jpegHasEnd(jpeg: Uint8Array): boolean {
  const at = frameHeaderAt(jpeg);
  return at !== undefined && Buffer.from(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength).lastIndexOf('ffd9', undefined, 'hex') > at;
}

function frameHeaderAt(jpeg: Uint8Array): number | undefined {
  const view = new DataView(jpeg.buffer, jpeg.byteOffset, jpeg.byteLength);
  // Each segment is 0xFF, a marker, and a length that counts itself; the first follows the two bytes of SOI.
  let at = 2;
  while (at + 9 <= view.byteLength && view.getUint8(at) === 0xff) {
    if (isFrameHeader(view.getUint8(at + 1))) return at;
    at += 2 + view.getUint16(at + 2);
  }
  return undefined;
}

/** SOF0 to SOF15; among them DHT, JPG and DAC have markers of their own (ITU-T T.81, table B.1). */
function isFrameHeader(marker: number): boolean {
  return marker >= 0xc0 && marker <= 0xcf && marker !== 0xc4 && marker !== 0xc8 && marker !== 0xcc;
}
