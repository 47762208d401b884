/**
 * Solves `n` linear equations by Gauss–Jordan elimination with partial pivoting: `n` rows of `n` coefficients and the
 * right-hand side. `a` is used up. Undefined when they do not say every unknown.
 */
export function solveLinear(a: Float64Array, n: number): Float64Array | undefined {
  const width = n + 1;
  for (let column = 0; column < n; column++) {
    let pivot = column;
    for (let row = column + 1; row < n; row++) {
      if (Math.abs(at(a, row * width + column)) > Math.abs(at(a, pivot * width + column))) pivot = row;
    }
    const value = at(a, pivot * width + column);
    if (!(Math.abs(value) > 1e-9)) return undefined;
    for (let j = 0; j < width; j++) {
      const swapped = at(a, pivot * width + j) / value;
      a[pivot * width + j] = at(a, column * width + j);
      a[column * width + j] = swapped;
    }
    for (let row = 0; row < n; row++) {
      const factor = row === column ? 0 : at(a, row * width + column);
      if (factor !== 0) for (let j = column; j < width; j++) a[row * width + j] = at(a, row * width + j) - factor * at(a, column * width + j);
    }
  }
  return Float64Array.from({ length: n }, (_, i) => at(a, i * width + n));
}

/** Adds one equation of more than there are unknowns to their normal equations: coefficients and, last, the right-hand side; how much it counts. */
export function addEquation(normal: Float64Array, row: readonly number[], weight = 1): void {
  const width = row.length;
  for (let i = 0; i < width - 1; i++) {
    for (let j = 0; j < width; j++) normal[i * width + j] = at(normal, i * width + j) + weight * (row[i] as number) * (row[j] as number);
  }
}

function at(a: Float64Array, i: number): number {
  return a[i] as number;
}
