/** What a module of a symbol must be: 1 dark, 0 light, 2 not known beforehand (data, format). */
export type Known = Uint8Array;

export const UNKNOWN = 2;

/** Where the alignment patterns' centres are, as row or column numbers (ISO/IEC 18004, annex E). */
export function alignmentCentres(size: number): number[] {
  const version = (size - 17) / 4;
  if (version < 2) return [];
  const count = Math.floor(version / 7) + 2;
  // The first stands at 6, the last 7 from the edge, the others evenly between in even steps, the odd one first.
  const step = version === 32 ? 26 : Math.ceil((size - 13) / (2 * count - 2)) * 2;
  const centres = [6];
  for (let i = count - 2; i >= 0; i--) centres.push(size - 7 - i * step);
  return centres;
}

const cache = new Map<number, Known>();

/** The function patterns of a symbol of `size` modules a side (ISO/IEC 18004, 6.3): finders with their separators, timing, alignment, version. */
export function knownModules(size: number): Known {
  let known = cache.get(size);
  if (!known) cache.set(size, known = drawn(size));
  return known;
}

function drawn(size: number): Known {
  const known = new Uint8Array(size * size).fill(UNKNOWN);
  const set = (row: number, column: number, dark: boolean): void => {
    if (row >= 0 && column >= 0 && row < size && column < size) known[row * size + column] = dark ? 1 : 0;
  };
  for (let i = 8; i < size - 8; i++) {
    set(6, i, i % 2 === 0);
    set(i, 6, i % 2 === 0);
  }
  const centres = alignmentCentres(size);
  const last = size - 7;
  for (const row of centres) {
    for (const column of centres) {
      if ((row === 6 && (column === 6 || column === last)) || (row === last && column === 6)) continue;
      rings(set, row, column, 2, (ring) => ring !== 1);
    }
  }
  for (const [row, column] of [[3, 3], [3, size - 4], [size - 4, 3]] as const) rings(set, row, column, 4, (ring) => ring < 2 || ring === 3);
  set(size - 8, 8, true);
  if (size >= 45) versionInformation(size, set);
  return known;
}

function rings(set: (row: number, column: number, dark: boolean) => void, row: number, column: number, reach: number, dark: (ring: number) => boolean): void {
  for (let dy = -reach; dy <= reach; dy++) {
    for (let dx = -reach; dx <= reach; dx++) set(row + dy, column + dx, dark(Math.max(Math.abs(dx), Math.abs(dy))));
  }
}

/** From version 7 on the symbol says its version twice, in six bits and twelve of a (18, 6) Golay code (ISO/IEC 18004, 7.10). */
function versionInformation(size: number, set: (row: number, column: number, dark: boolean) => void): void {
  const version = (size - 17) / 4;
  let rest = version;
  for (let i = 0; i < 12; i++) rest = (rest << 1) ^ ((rest >> 11) * 0x1f25);
  const bits = (version << 12) | rest;
  for (let i = 0; i < 18; i++) {
    const dark = ((bits >> i) & 1) === 1;
    set(Math.floor(i / 3), size - 11 + (i % 3), dark);
    set(size - 11 + (i % 3), Math.floor(i / 3), dark);
  }
}
