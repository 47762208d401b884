import { runCli } from './cli.ts';
import { messageOf, PosternError } from './base/errors.ts';

/** The process edge: the only place that catches everything. A bug shows its stack and ends the process. */
async function main(): Promise<void> {
  try {
    process.exitCode = await runCli(process.argv.slice(2), { out: process.stdout, err: process.stderr, isTty: process.stdout.isTTY });
  } catch (thrown) {
    const expected = thrown instanceof PosternError || isUsageError(thrown);
    process.stderr.write(expected ? `postern: ${messageOf(thrown)}\n` : `postern: internal error\n${thrown instanceof Error ? thrown.stack : String(thrown)}\n`);
    process.exitCode = 2;
  }
}

/** `util.parseArgs` names the wrong option in its message. */
function isUsageError(thrown: unknown): boolean {
  return thrown instanceof Error && 'code' in thrown && String(thrown.code).startsWith('ERR_PARSE_ARGS');
}

// A reader that went away (`postern events | head`) is no error.
for (const stream of [process.stdout, process.stderr]) {
  stream.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(0);
    throw error;
  });
}

await main();
