/**
 * Linux's CLOCK_MONOTONIC in milliseconds: the same for every process of the machine, where `performance.now`
 * counts from each one's own start. The relay guard and the daemon measure an order's age with it [S1].
 */
export function systemMonotonicMs(): number {
  return Number(process.hrtime.bigint()) / 1e6;
}
