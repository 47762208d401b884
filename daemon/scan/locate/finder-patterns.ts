/** Where a finder pattern is: dark and light in the ratios 1:1:3:1:1 on every line through its middle (ISO/IEC 18004, 6.3.3). */
export interface FinderPattern {
  x: number;
  y: number;
  /** Length of a module along the rows and along the columns, pixels. */
  across: number;
  down: number;
  /** Light where it should be dark and the other way round (reflectance reversal, ISO/IEC 18004, 6.2). */
  inverted: boolean;
  /** How many rows showed it. */
  rows: number;
}

/** `width * height` bytes: 1 dark, 0 light. */
export interface Bitmap {
  bits: Uint8Array;
  width: number;
  height: number;
}

const MAX_PATTERNS = 256;
/** Runs like a finder pattern's that are looked at more closely: a picture of nothing but noise has thousands. */
const MAX_LOOKED_AT = 20_000;

/** Every finder pattern of the bitmap, those that most rows show first. */
export function findFinderPatterns(bitmap: Bitmap): FinderPattern[] {
  const { bits, width, height } = bitmap;
  const found: FinderPattern[] = [];
  let confirmations = 0;
  for (let y = 0; y < height; y++) {
    const start = y * width;
    let [a, b, c, d] = [0, 0, 0, 0];
    let from = 0;
    let colour = bits[start] as number;
    for (let x = 1; x <= width; x++) {
      if (x < width && bits[start + x] === colour) continue;
      const e = x - from;
      if (a > 0 && isFinder(a, b, c, d, e)) {
        const seen = confirmed(bitmap, x - e - d - c / 2, y, (a + b + c + d + e) / 7, colour);
        if (seen) remember(found, seen);
        if (found.length >= MAX_PATTERNS) dropChance(found, y);
        if (++confirmations > MAX_LOOKED_AT) return byRows(found);
      }
      [a, b, c, d] = [b, c, d, e];
      from = x;
      colour ^= 1;
    }
  }
  return byRows(found);
}

/** Noise shows a finder pattern now and then, but not in the next rows, too. */
function dropChance(found: FinderPattern[], row: number): void {
  const young = found.filter((each) => each.rows === 1 && row - each.y < each.down * 4);
  found.splice(0, found.length, ...byRows(found).slice(0, MAX_PATTERNS / 2), ...young.slice(-MAX_PATTERNS / 4));
}

function byRows(found: FinderPattern[]): FinderPattern[] {
  return found.filter(({ rows }) => rows > 1).sort((a, b) => b.rows - a.rows);
}

/** Whether five runs stand as 1:1:3:1:1; light that spreads makes dark runs thinner, so that pairs are looked at, too. */
function isFinder(a: number, b: number, c: number, d: number, e: number): boolean {
  const total = a + b + c + d + e;
  if (total < 7) return false;
  const module = total / 7;
  const slack = module * 0.6 + 0.5;
  return Math.abs(a - module) < slack && Math.abs(b - module) < slack && Math.abs(c - 3 * module) < module * 1.3 + 0.5
    && Math.abs(d - module) < slack && Math.abs(e - module) < slack
    && Math.abs(a + b - 2 * module) < module * 0.8 + 0.7 && Math.abs(d + e - 2 * module) < module * 0.8 + 0.7;
}

/** The pattern whose middle a row found at `x`, `y`, if the column and the row through the corrected middle show it, too. */
function confirmed(bitmap: Bitmap, x: number, y: number, across: number, colour: number): FinderPattern | undefined {
  const column = lineThrough(bitmap, Math.floor(x), y, 0, 1, colour, across * 14);
  if (!column || column.module > across * 4 || column.module < across / 4) return undefined;
  const middleY = y + column.off;
  const row = lineThrough(bitmap, Math.floor(x), Math.floor(middleY), 1, 0, colour, across * 14);
  if (!row) return undefined;
  const middleX = Math.floor(x) + row.off;
  // The two diagonals are what a stripe or a letter lacks.
  const [rise, fall] = [lineThrough(bitmap, Math.floor(middleX), Math.floor(middleY), 1, 1, colour, across * 14), lineThrough(bitmap, Math.floor(middleX), Math.floor(middleY), 1, -1, colour, across * 14)];
  if (!rise && !fall) return undefined;
  return { x: middleX, y: middleY, across: row.module, down: column.module, inverted: colour === 0, rows: 1 };
}

const runs = new Float64Array(5);

/** The finder pattern on the line through a pixel in its middle block: its module along the line and how far off its middle is, in steps. */
function lineThrough({ bits, width, height }: Bitmap, x: number, y: number, dx: number, dy: number, colour: number, limit: number): { module: number; off: number } | undefined {
  if (x < 0 || y < 0 || x >= width || y >= height || bits[y * width + x] !== colour) return undefined;
  runs.fill(0);
  let reach = 0;
  for (const side of [-1, 1]) {
    let want = colour;
    let run = 2;
    let [px, py] = [x, y];
    let n = 0;
    for (;;) {
      px += dx * side;
      py += dy * side;
      n++;
      const outside = px < 0 || py < 0 || px >= width || py >= height;
      if (outside || bits[py * width + px] !== want) {
        run += side;
        want ^= 1;
        if (outside || run < 0 || run > 4) break;
      }
      if (n > limit) return undefined;
      runs[run] = (runs[run] as number) + 1;
    }
    if (side === 1) reach = n;
  }
  runs[2] = (runs[2] as number) + 1;
  const [a, b, c, d, e] = runs as unknown as [number, number, number, number, number];
  if (!isFinder(a, b, c, d, e)) return undefined;
  // The line ended `reach` steps behind the pixel; the middle is the middle of the three-module block.
  return { module: (a + b + c + d + e) / 7, off: reach - e - d - c / 2 };
}

function remember(found: FinderPattern[], seen: FinderPattern): void {
  for (const known of found) {
    if (known.inverted !== seen.inverted || Math.abs(known.x - seen.x) > known.across * 2 || Math.abs(known.y - seen.y) > known.down * 2) continue;
    const n = known.rows;
    known.x = (known.x * n + seen.x) / (n + 1);
    known.y = (known.y * n + seen.y) / (n + 1);
    known.across = (known.across * n + seen.across) / (n + 1);
    known.down = (known.down * n + seen.down) / (n + 1);
    known.rows++;
    return;
  }
  found.push(seen);
}
