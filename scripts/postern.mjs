#!/usr/bin/env node
// `npx postern …` from the checkout: the compiled command line, or how to get it.
import { existsSync } from 'node:fs';

process.setSourceMapsEnabled(true);
const main = new URL('../.build/daemon/main.js', import.meta.url);
if (!existsSync(main)) {
  process.stderr.write('postern: not built yet. Run: npm run setup\n');
  process.exit(2);
}
await import(main.href);
