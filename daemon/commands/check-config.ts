import { ConfigError, isBackendConfig, loadBackendConfig, loadConfig } from '../../config/load.ts';
import type { Command } from './command.ts';

export const checkConfigCommand: Command = {
  name: 'check-config',
  summary: 'Tells what is wrong with a config file',
  help: `Usage: postern check-config FILE…

Reads config files as "postern run" would, or "postern backend" where it is a backend's, and names every bad key with its line: what is wrong, what is allowed,
and for a key that does not exist the one that was probably meant. Nothing is started.

Exit codes: 0 all are good; 1 some are not; 2 wrong usage.
`,
  async run(files, { out, err }) {
    if (files.length === 0 || files.some((file) => file.startsWith('-'))) {
      err.write('postern check-config: name one or more config files. It takes no options.\n');
      return 2;
    }
    const faults = files.map(faultsOf);
    files.forEach((file, i) => out.write(faults[i] === undefined ? `${file}: good\n` : `${faults[i]}\n`));
    return faults.every((fault) => fault === undefined) ? 0 : 1;
  },
};

function faultsOf(file: string): string | undefined {
  try {
    if (isBackendConfig(file)) loadBackendConfig(file);
    else loadConfig(file);
    return undefined;
  } catch (thrown) {
    if (thrown instanceof ConfigError) return thrown.message;
    throw thrown;
  }
}
