import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { parse } from 'yaml';
import { loadConfig } from '../../config/load.ts';
import type { Config } from '../../config/schema.ts';
import { doorIo } from '../../config/sections/door-io.ts';
import { RELAY_LINE_FILE, relayLineOf } from '../../drivers/drivers.ts';
import { guardProgram } from '../../drivers/door-io/guard-program.ts';
import { wordsOf } from '../../drivers/door-io/relay-line.ts';
import { PosternError, messageOf } from '../base/errors.ts';
import type { Command } from './command.ts';

export const relayRestCommand: Command = {
  name: 'relay-rest',
  summary: 'Brings a door\'s relay to rest, without the daemon',
  help: `Usage: postern relay-rest --config FILE

Brings the relay to rest, reads it back and ends. It looks at the config for the relay's line, also at one that "postern run"
refuses as long as its doorIo section is right, and at what the daemon wrote down when it last ran. A running daemon may
release the door again.

  --config FILE   the door's config

Exit codes: 0 the relay is at rest; 1 it is not, or that cannot be known; 2 wrong usage, or no line is known.
`,
  async run(args, { out, err }) {
    const { values: { config: file } } = parseArgs({ args, options: { config: { type: 'string' } } });
    if (file === undefined) throw new PosternError('usage', 'Name the config with --config FILE.');
    const { known, troubles, isElsewhere } = await linesOf(file);
    for (const trouble of troubles) err.write(`${trouble}\n`);
    if (known.length === 0) {
      if (isElsewhere) err.write('The lock belongs to a door controller, which relocks by its own time: there is no line to rest.\n');
      else err.write(`No line is known. Name it: ${guardProgram} rest sysfs pinctrl-bcm2711:17 high (see --help there)\n`);
      return 2;
    }
    const rested = known.map((words) => {
      const { status, error, stderr } = spawnSync(guardProgram, words, { encoding: 'utf8' });
      if (status === 0) out.write(`At rest: ${words.slice(1).join(' ')}\n`);
      else err.write(error ? `${guardProgram}: ${error.message}. Build it with "npm run setup".\n` : stderr);
      return status === 0;
    });
    return rested.every(Boolean) ? 0 : 1;
  },
};

/** Words for the guard's program: the line that the config names, and the one the daemon had last where that is another. */
async function linesOf(file: string): Promise<{ known: string[][]; troubles: string[]; isElsewhere: boolean }> {
  const { config, stateDir, troubles } = readConfig(file);
  const known: string[][] = [];
  if (config) {
    try {
      const line = await relayLineOf(config);
      if (line) known.push(['rest', ...wordsOf(line)]);
    } catch (thrown) {
      troubles.push(messageOf(thrown));
    }
  }
  const lineFile = stateDir === undefined ? undefined : join(stateDir, RELAY_LINE_FILE);
  if (lineFile !== undefined && existsSync(lineFile)) {
    const words = readFileSync(lineFile, 'utf8').trimEnd().split('\n');
    if (known[0]?.slice(1).join('\n') !== words.join('\n')) known.push(['rest-file', lineFile]);
  }
  return { known, troubles, isElsewhere: config?.doorIo.driver === 'rhombus' };
}

interface Read {
  config: Pick<Config, 'doorIo' | 'stateDir'> | undefined;
  stateDir: string | undefined;
  troubles: string[];
}

/** As much of it as can be read: a config with a fault elsewhere is no reason to leave a relay energised [S1]. */
function readConfig(file: string): Read {
  try {
    const config = loadConfig(file);
    return { config, stateDir: config.stateDir, troubles: [] };
  } catch (thrown) {
    const troubles = [messageOf(thrown)];
    const raw = rawConfig(file);
    const stateDir = typeof raw.stateDir === 'string' ? resolve(dirname(file), raw.stateDir) : undefined;
    const section = doorIo.safeParse(raw.doorIo);
    return { config: section.success && stateDir !== undefined ? { doorIo: section.data, stateDir } : undefined, stateDir, troubles };
  }
}

function rawConfig(file: string): { stateDir?: unknown; doorIo?: unknown } {
  try {
    const raw: unknown = parse(readFileSync(file, 'utf8'), { strict: false, uniqueKeys: false });
    return typeof raw === 'object' && raw !== null ? raw : {};
  } catch {
    return {};
  }
}
