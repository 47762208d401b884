import type { GreyPicture } from './grey-picture.ts';
import type { Pixels } from './pixels.ts';

/** Writes the picture at half its size, each pixel the mean of four, into `into`, which may be the picture's own memory. */
export function halve({ data, width, height }: GreyPicture, into: Uint8Array): GreyPicture {
  const [columns, rows] = [width >> 1, height >> 1];
  for (let y = 0, to = 0; y < rows; y++) {
    let upper = 2 * y * width;
    let lower = upper + width;
    for (let x = 0; x < columns; x++, upper += 2, lower += 2) {
      into[to++] = ((data[upper] as number) + (data[upper + 1] as number) + (data[lower] as number) + (data[lower + 1] as number) + 2) >> 2;
    }
  }
  return { data: into.subarray(0, columns * rows), width: columns, height: rows };
}

/** The picture so many times halved, in memory of its own; itself when that is none. */
export function halved(picture: GreyPicture, times: number): GreyPicture {
  if (times === 0) return picture;
  let small = halve(picture, new Uint8Array((picture.width >> 1) * (picture.height >> 1)));
  for (let n = 1; n < times; n++) small = halve(small, small.data);
  return small;
}

/** As `halved`, for grey or RGB pixels; undefined for others. The memory is its own, halved or not. */
export function halvedPixels({ data, width, height, channels }: Pixels, times: number): Pixels | undefined {
  if (channels !== 1 && channels !== 3) return undefined;
  if (times === 0) return { data: Uint8Array.from(data), width, height, channels };
  if (channels === 1) return { ...halved({ data, width, height }, times), channels };
  let small = halveRgb({ data, width, height }, new Uint8Array((width >> 1) * (height >> 1) * 3));
  for (let n = 1; n < times; n++) small = halveRgb(small, small.data);
  return { ...small, channels };
}

/** `halve` for three bytes a pixel. */
function halveRgb({ data, width, height }: GreyPicture, into: Uint8Array): GreyPicture {
  const [columns, rows] = [width >> 1, height >> 1];
  for (let y = 0; y < rows; y++) halveRgbRow(data, 2 * y * width * 3, width * 3, into, y * columns * 3, columns);
  return { data: into.subarray(0, columns * rows * 3), width: columns, height: rows };
}

/** A function of its own is compiled after some rows; each colour is written out, for a loop over them would cost a third more. */
function halveRgbRow(data: Uint8Array, from: number, stride: number, into: Uint8Array, to: number, columns: number): void {
  for (const end = to + columns * 3; to < end; from += 6, to += 3) {
    const lower = from + stride;
    into[to] = ((data[from] as number) + (data[from + 3] as number) + (data[lower] as number) + (data[lower + 3] as number) + 2) >> 2;
    into[to + 1] = ((data[from + 1] as number) + (data[from + 4] as number) + (data[lower + 1] as number) + (data[lower + 4] as number) + 2) >> 2;
    into[to + 2] = ((data[from + 2] as number) + (data[from + 5] as number) + (data[lower + 2] as number) + (data[lower + 5] as number) + 2) >> 2;
  }
}
