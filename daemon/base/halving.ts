import type { GreyPicture } from './grey-picture.ts';

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
