import type { Quad } from '../base/frame.ts';

/** Whether a quad is one of `others`: their middles are nearer to each other than a third of the other's diagonal. */
export function isAmong(quad: Quad, others: readonly Quad[]): boolean {
  const [x, y] = middleOf(quad);
  return others.some((other) => {
    const [otherX, otherY] = middleOf(other);
    return Math.hypot(x - otherX, y - otherY) < Math.hypot(other[0].x - other[2].x, other[0].y - other[2].y) * 0.35;
  });
}

function middleOf(quad: Quad): [number, number] {
  return [quad.reduce((sum, p) => sum + p.x, 0) / 4, quad.reduce((sum, p) => sum + p.y, 0) / 4];
}
