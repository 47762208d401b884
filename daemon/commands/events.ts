import { parseArgs } from 'node:util';
import { sleep, systemClock } from '../base/clock.ts';
import { PosternError } from '../base/errors.ts';
import { eventText } from '../base/event-text.ts';
import type { EventType, StoredEvent } from '../base/events.ts';
import { logFiles } from '../record/log-files.ts';
import { LogReader, type EventQuery } from '../record/log-reader.ts';
import type { Command, CommandIo } from './command.ts';
import { sinceMs } from './since.ts';
import { stateFolder, stateFolderOptions } from './state-folder.ts';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 10_000;
const LOOK_AGAIN_MS = 500;

export const eventsCommand: Command = {
  name: 'events',
  summary: 'Prints what happened at the door',
  help: `Usage: postern events [--config FILE | --state DIR] [--since WHEN] [--type TYPE]… [--limit N] [--json] [--follow]

Prints the last events of a door, oldest first, in words; the daemon may run meanwhile.

  --config FILE   the door's config; without it and --state, the demo's
  --state DIR     the door's state folder
  --since WHEN    from then on: 90s, 30m, 24h or 7d ago, or a moment as 2026-03-02T09:00:00Z
  --type TYPE     only these, as access-granted, access-denied or door-forced; may be given several times
  --limit N       at most so many, the newest; 1 to ${MAX_LIMIT}, default ${DEFAULT_LIMIT}
  --json          one event a line, as it is in the log
  --follow        goes on with each further event, until it is interrupted

Exit codes: 0 events were printed; 1 there are none; 2 wrong usage, or a log that cannot be read.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        ...stateFolderOptions, since: { type: 'string' }, type: { type: 'string', multiple: true }, limit: { type: 'string' },
        json: { type: 'boolean', default: false }, follow: { type: 'boolean', default: false },
      },
    });
    const query = queryOf(values);
    const print = printer(io, values.json);
    const reader = LogReader.open(logFiles(stateFolder(values)).db);
    try {
      const headSeq = reader.head().seq;
      const events = reader.query({ ...query, newestFirst: true }).reverse();
      events.forEach(print);
      if (values.follow) await follow(reader, query, Math.max(headSeq, events.at(-1)?.seq ?? 0), print, io);
      else if (events.length === 0) io.err.write('postern events: there are no such events.\n');
      return events.length > 0 || values.follow ? 0 : 1;
    } finally {
      reader.close();
    }
  },
};

function queryOf({ since, type, limit }: { since?: string | undefined; type?: string[] | undefined; limit?: string | undefined }): EventQuery {
  return {
    limit: limitOf(limit),
    ...(type && { types: type as EventType[] }),
    ...(since !== undefined && { sinceMs: sinceMs(since) }),
  };
}

function limitOf(text: string | undefined): number {
  const limit = Number(text ?? DEFAULT_LIMIT);
  if (!Number.isInteger(limit) || limit < 1 || limit > MAX_LIMIT) throw new PosternError('usage', `--limit takes a whole number from 1 to ${MAX_LIMIT}.`);
  return limit;
}

async function follow(reader: LogReader, query: EventQuery, afterSeq: number, print: (event: StoredEvent) => void, io: CommandIo): Promise<void> {
  for (let seq = afterSeq; io.out.writable;) {
    const events = reader.query({ ...query, limit: MAX_LIMIT, afterSeq: seq });
    events.forEach(print);
    seq = events.at(-1)?.seq ?? seq;
    await sleep(systemClock, LOOK_AGAIN_MS);
  }
}

function printer({ out }: CommandIo, json: boolean): (event: StoredEvent) => void {
  return (event) => void out.write(`${json ? JSON.stringify(event) : inWords(event)}\n`);
}

/** `2026-03-02 10:00:01  online   Granted to token AAECAwQF…, online.` in this machine's time zone. */
function inWords(event: StoredEvent): string {
  const time = new Date(event.atMs).toLocaleString('sv-SE');
  const source = 'source' in event ? event.source : '';
  return `${time}  ${source.padEnd(7)}  ${eventText(event)}`;
}
