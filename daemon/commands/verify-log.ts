import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { PosternError } from '../base/errors.ts';
import type { ChainHead } from '../base/event-chain.ts';
import { logFiles } from '../record/log-files.ts';
import { verifyLog, type VerifyOptions, type VerifyResult } from '../record/verify-log.ts';
import type { Command, CommandIo } from './command.ts';
import { stateFolder, stateFolderOptions } from './state-folder.ts';

export const verifyLogCommand: Command = {
  name: 'verify-log',
  summary: 'Checks that nobody changed the event log or its pictures',
  help: `Usage: postern verify-log [--config FILE | --state DIR] [--anchor SEQ:HASH] [--no-pictures] [--json]

Recomputes the hash of each event, follows the chain from the first to the last, and compares each stored picture
with the digest in its event. Names the first event that does not hold. Reads only; the daemon may run meanwhile.

  --config FILE      the door's config; without it and --state, the demo's
  --state DIR        the door's state folder, or a copy of it
  --anchor SEQ:HASH  an event and its hash as they were told elsewhere. Without one, a log that was cut at its end
                     or written anew looks whole.
  --no-pictures      for a copy of the log without its pictures
  --json             one object: {"ok", "checked", "pictures", "head": {"seq", "hash"}, "prunedThroughSeq",
                     "firstBroken"?: {"seq", "why"}}

Exit codes: 0 everything holds; 1 it does not; 2 wrong usage, or no log that can be read.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: { ...stateFolderOptions, 'anchor': { type: 'string' }, 'no-pictures': { type: 'boolean', default: false }, 'json': { type: 'boolean', default: false } },
    });
    const state = stateFolder(values);
    const result = verifyLog(logFiles(state).db, {
      ...(values.anchor !== undefined && { anchor: anchorOf(values.anchor) }),
      ...(!values['no-pictures'] && { evidenceDir: join(state, 'evidence') }),
    } satisfies VerifyOptions);
    if (values.json) io.out.write(`${JSON.stringify(result)}\n`);
    else tell(result, io);
    return result.ok ? 0 : 1;
  },
};

function anchorOf(text: string): ChainHead {
  const [, seq, hash] = /^(\d{1,15}):([0-9a-f]{64})$/i.exec(text) ?? [];
  if (seq === undefined || hash === undefined || Number(seq) === 0) throw new PosternError('usage', '--anchor takes the number of an event and its hash: 523:9f86d0… with 64 hex digits.');
  return { seq: Number(seq), hash };
}

function tell({ firstBroken, checked, pictures, head, prunedThroughSeq }: VerifyResult, { out }: CommandIo): void {
  const pruned = prunedThroughSeq === 0 ? '' : ` Those up to number ${prunedThroughSeq} were pruned.`;
  if (firstBroken) {
    out.write(`BROKEN at event ${firstBroken.seq}: ${firstBroken.why}\n${checked} events before the end or the first break are chained.${pruned}\n`);
    return;
  }
  out.write(`The log holds: ${checked} events and ${pictures} pictures are as they were written.${pruned}\n`);
  if (head.seq > 0) out.write(`Its head is ${head.seq}:${head.hash}\nKept elsewhere and given back with --anchor, it shows a log that was cut or written anew.\n`);
}
