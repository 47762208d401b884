/** The next round number whose half is a whole one, too. */
export function ceiling(count: number): number {
  const power = 10 ** Math.floor(Math.log10(count));
  return [1, 1.2, 1.6, 2, 3, 4, 6, 8, 10].map((step) => Math.round(step * power)).find((top) => top >= count && top % 2 === 0) ?? count;
}
