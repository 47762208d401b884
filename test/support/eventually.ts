/** Asks every 20 ms until `look` gives something, for at most `limitMs`; the limit is for a test that hangs, not a measurement. */
export async function eventually<T>(what: string, look: () => T | undefined | Promise<T | undefined>, limitMs = 60_000): Promise<T> {
  const untilMs = performance.now() + limitMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > untilMs) throw new Error(`not within ${limitMs / 1000} s: ${what}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
}
