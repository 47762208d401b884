/**
 * `npm run bench`: measures what the project promises, prints a table and writes bench-results.json.
 *
 *   node .build/scripts/bench.js [flow] [list] [relock] [backend-codes] [backend-lists] [listing] [backend-events] [mqtt-outbox] [gate] [hung-decoder] [memory] [page]     default: all
 *   node .build/scripts/bench.js memory --decodes 1000000           so many instead of 100000
 *
 * How well codes are read has a run of its own: `npm run bench:scan`.
 *
 * Machines differ and are shared: compare figures of one run with each other rather than with another day's.
 */
import { writeFileSync } from 'node:fs';
import { cpus, loadavg } from 'node:os';
import { benchTable, type BenchRow } from './bench-rows.ts';

const parts: Record<string, () => Promise<BenchRow[]>> = {
  flow: async () => (await import('./bench-flow.ts')).benchFlow(),
  list: async () => (await import('./bench-list.ts')).benchList(),
  'backend-lists': async () => (await import('./bench-backend-lists.ts')).benchBackendLists(),
  listing: async () => (await import('./bench-listing.ts')).benchListing(),
  relock: async () => (await import('./bench-relock.ts')).benchRelock(),
  'backend-codes': async () => (await import('./bench-backend-codes.ts')).benchBackendCodes(),
  'backend-events': async () => (await import('./bench-backend-events.ts')).benchBackendEvents(),
  'mqtt-outbox': async () => (await import('./bench-mqtt-outbox.ts')).benchMqttOutbox(),
  gate: async () => (await import('./bench-gate.ts')).benchGate(),
  'hung-decoder': async () => (await import('./bench-hung-decoder.ts')).benchHungDecoder(),
  page: async () => (await import('./bench-page.ts')).benchPage(),
  memory: async () => (await import('./bench-memory.ts')).benchMemory(decodes),
};

const wanted = process.argv.slice(2);
const flagAt = wanted.indexOf('--decodes');
const decodes = flagAt >= 0 ? Number(wanted.splice(flagAt, 2)[1]) : undefined;

const unknown = wanted.filter((name) => !Object.hasOwn(parts, name));
if (decodes !== undefined && !(Number.isInteger(decodes) && decodes > 0)) {
  process.stderr.write('Tell --decodes how many pictures to decode, as in --decodes 1000000.\n');
  process.exitCode = 2;
} else if (unknown.length > 0) {
  process.stderr.write(`There is no benchmark ${unknown.join(', ')}. There are: ${Object.keys(parts).join(', ')}.\n`);
  process.exitCode = 2;
} else {
  await run(wanted.length > 0 ? wanted : Object.keys(parts));
}

async function run(names: string[]): Promise<void> {
  const machine = { cpus: cpus().length, model: cpus()[0]?.model, node: process.version, loadBefore: loadavg()[0] };
  process.stdout.write(`${machine.cpus} × ${machine.model}, Node ${machine.node}, load ${machine.loadBefore?.toFixed(1)}\n`);
  const rows: BenchRow[] = [];
  for (const name of names) {
    process.stdout.write(`\n${name} …\n`);
    const measured = await (parts[name] as () => Promise<BenchRow[]>)();
    rows.push(...measured);
    process.stdout.write(benchTable(measured));
  }
  writeFileSync('bench-results.json', `${JSON.stringify({ machine, rows }, null, 2)}\n`);
  process.stdout.write('\nWritten to bench-results.json.\n');
}
