// Loaded into the daemon by fault.sh's drop-in: SIGUSR2 stalls its event loop, busy, as a program error would.
const STALL_MS = 4_000;
process.on('SIGUSR2', () => {
  const untilMs = performance.now() + STALL_MS;
  while (performance.now() < untilMs);
});
