import { existsSync } from 'node:fs';
import { chromium, type Browser } from 'playwright-core';

const PATH = '/usr/bin/chromium';
const ARGS = ['--no-sandbox', '--headless', '--disable-gpu', '--disable-quic', '--no-first-run', '--disable-background-networking', '--disable-component-update', '--disable-sync'];

/** Debian's Chromium without a window; undefined, and a line that says so, on a machine that has none. */
export async function openChromium(): Promise<Browser | undefined> {
  if (!existsSync(PATH)) {
    process.stdout.write(`skipped: there is no ${PATH} here; install it with: apt-get install chromium\n`);
    return undefined;
  }
  return chromium.launch({ executablePath: PATH, args: ARGS });
}
