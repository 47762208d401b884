/** `npm start`: prepares the demo, its keys, codes and the recording of the visit, then runs the daemon like any other. */
import { fileURLToPath } from 'node:url';
import { loadConfig } from '../config/load.ts';
import { messageOf } from '../daemon/base/errors.ts';
import { runCommand } from '../daemon/commands/run.ts';
import { prepareDemo } from './prepare-demo.ts';

const root = new URL('../../', import.meta.url);
const configFile = fileURLToPath(new URL('config/demo.yaml', root));

function showProgress(what: string, done: number, total: number): void {
  if (process.stderr.isTTY) process.stderr.write(`\r\u001b[K${what} … ${done}/${total}${done === total ? '\n' : ''}`);
  else if (done === total) process.stderr.write(`${what}: done\n`);
}

try {
  await prepareDemo({ dir: fileURLToPath(new URL('.demo', root)), doorUuid: loadConfig(configFile).door.uuid, onProgress: showProgress });
  process.exitCode = await runCommand.run(['--config', configFile], { out: process.stdout, err: process.stderr, isTty: process.stdout.isTTY });
} catch (thrown) {
  process.stderr.write(`postern: ${messageOf(thrown)}\n`);
  process.exitCode = 2;
}
