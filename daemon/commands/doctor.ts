import { parseArgs } from 'node:util';
import type { Command } from './command.ts';
import { openConfig } from './config-file.ts';
import { examine } from './doctor/examine.ts';
import type { Finding } from './doctor/finding.ts';
import { thisMachine, type Machine } from './doctor/machine.ts';

export const doctorCommand = doctorOf(thisMachine);

/** The command on a machine, which tests make up. */
export function doctorOf(machine: Machine): Command {
  return {
    name: 'doctor',
    summary: 'Checks what a door needs of this machine, without moving anything',
    help: `Usage: postern doctor --config FILE [--json]

Looks at the config, its key files, the state folder and its disk, the clock, groups, camera, relay guard, GPIO chip and pins,
or the door controller, and tells line by line what is good, what is worth a look and what is BAD, with the mend. It moves no
relay and opens no line, and may be run beside the daemon; run it as the daemon's user (sudo -u postern …), or it tells what
root may do.

  --config FILE   the door's config
  --json          one JSON list: [{"what", "is": "good" | "look" | "bad", "detail"}, …]

Exit codes: 0 nothing is bad; 1 something is; 2 wrong usage, or the config is bad.
`,
    async run(args, { out, isTty }) {
      const { values } = parseArgs({ args, options: { config: { type: 'string' }, json: { type: 'boolean', default: false } } });
      const findings = await examine(openConfig(values.config), machine);
      out.write(values.json ? `${JSON.stringify(findings, undefined, 2)}\n` : tableOf(findings, isTty));
      return findings.some(({ is }) => is === 'bad') ? 1 : 0;
    },
  };
}

const WORDS = { good: 'good', look: 'look', bad: 'BAD' } as const;
/** SGR codes of ECMA-48: green, yellow, red. */
const COLOURS = { good: 32, look: 33, bad: 31 } as const;

function tableOf(findings: readonly Finding[], isTty: boolean): string {
  const width = Math.max(...findings.map(({ what }) => what.length));
  const word = (is: Finding['is']): string => (isTty ? `\u001b[${COLOURS[is]}m${WORDS[is].padEnd(4)}\u001b[0m` : WORDS[is].padEnd(4));
  return findings.map(({ what, is, detail }) => `${word(is)}  ${what.padEnd(width)}  ${detail}\n`).join('');
}
