import { readdirSync, readFileSync } from 'node:fs';

/** What runs as a child of a process, this one unless told, and has not been reaped: `1234 ffmpeg -i …`. */
export function childProcesses(of = process.pid): string[] {
  return readdirSync('/proc').filter((name) => /^\d+$/.test(name)).flatMap((pid) => {
    try {
      // The name stands in brackets and may have brackets itself (proc(5)).
      const [, parent] = /.*\) \S (\d+)/s.exec(readFileSync(`/proc/${pid}/stat`, 'utf8')) ?? [];
      return Number(parent) === of ? [`${pid} ${readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ')}`] : [];
    } catch {
      // It has ended meanwhile.
      return [];
    }
  });
}

/** Processes, timers, pipes and sockets that keep this process alive, counted by kind. */
export function openHandles(): Record<string, number> {
  const counts: Record<string, number> = {};
  for (const kind of process.getActiveResourcesInfo()) counts[kind] = (counts[kind] ?? 0) + 1;
  return counts;
}
