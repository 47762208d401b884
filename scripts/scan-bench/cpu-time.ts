/** CPU time of the process, all its threads, since `started`. Milliseconds. */
export function cpuMsSince(started: NodeJS.CpuUsage): number {
  const { user, system } = process.cpuUsage(started);
  return (user + system) / 1e3;
}
