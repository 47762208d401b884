import type { Quad } from '../../base/frame.ts';

/** In tiles; `right` and `bottom` are the first outside. */
export interface TileBox {
  left: number;
  top: number;
  right: number;
  bottom: number;
  /** How many tiles in it are marked. */
  tiles: number;
}

/** How a picture is cut into tiles. */
export interface Tiling {
  /** Pixels a side of a tile. */
  tile: number;
  columns: number;
  rows: number;
}

/** Square tiles, about `count` along the longer side; what is left over at the right and the bottom is in none. */
export function tilingOf(width: number, height: number, count: number, leastPx: number): Tiling {
  const tile = Math.max(leastPx, Math.floor(Math.max(width, height) / count));
  return { tile, columns: Math.floor(width / tile), rows: Math.floor(height / tile) };
}

/** Finds areas of tiles that hang together. Owns its buffers; one picture at a time. */
export class TileAreas {
  #marks = new Uint8Array(0);
  readonly #stack: number[] = [];

  /** The area with the most tiles among those that are `wanted`. */
  largest({ tile, columns, rows }: Tiling, isMarked: (left: number, top: number) => boolean, isWanted: (box: TileBox) => boolean): TileBox | undefined {
    const count = columns * rows;
    if (this.#marks.length < count) this.#marks = new Uint8Array(count);
    for (let i = 0; i < count; i++) this.#marks[i] = isMarked((i % columns) * tile, Math.floor(i / columns) * tile) ? 1 : 0;
    let best: TileBox | undefined;
    for (let i = 0; i < count; i++) {
      if (this.#marks[i] !== 1) continue;
      const box = this.#spread(i, columns, rows);
      if (box.tiles > (best?.tiles ?? 0) && isWanted(box)) best = box;
    }
    return best;
  }

  /** The box of the marked tiles that hang together with one; their marks are taken away. */
  #spread(from: number, columns: number, rows: number): TileBox {
    const box = { left: columns, top: rows, right: 0, bottom: 0, tiles: 0 };
    this.#visit(from);
    for (let at = this.#stack.pop(); at !== undefined; at = this.#stack.pop()) {
      const [x, y] = [at % columns, Math.floor(at / columns)];
      box.tiles++;
      box.left = Math.min(box.left, x);
      box.right = Math.max(box.right, x + 1);
      box.top = Math.min(box.top, y);
      box.bottom = Math.max(box.bottom, y + 1);
      if (x > 0) this.#visit(at - 1);
      if (x + 1 < columns) this.#visit(at + 1);
      if (y > 0) this.#visit(at - columns);
      if (y + 1 < rows) this.#visit(at + columns);
    }
    return box;
  }

  #visit(at: number): void {
    if (this.#marks[at] !== 1) return;
    this.#marks[at] = 0;
    this.#stack.push(at);
  }
}

export function reachesEdge({ left, top, right, bottom }: TileBox, { columns, rows }: Tiling): boolean {
  return left === 0 || top === 0 || right === columns || bottom === rows;
}

export function quadOfBox(box: TileBox, { tile }: Tiling): Quad {
  const [left, top, right, bottom] = [box.left * tile, box.top * tile, box.right * tile, box.bottom * tile];
  return [{ x: left, y: top }, { x: right, y: top }, { x: right, y: bottom }, { x: left, y: bottom }];
}
