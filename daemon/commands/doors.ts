import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { sleep, systemClock, type Timer } from '../base/clock.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import type { PartState } from '../base/status.ts';
import { BrokerLink } from '../report/mqtt/broker-link.ts';
import type { BrokerConnection } from '../report/mqtt/broker-connection.ts';
import { siteFilter } from '../report/mqtt/topics.ts';
import type { Command, CommandIo } from './command.ts';
import { brokerOptions } from './doors/broker-options.ts';
import { doorsTable } from './doors/doors-table.ts';
import { SiteBoard, type SiteDoor } from './doors/site-board.ts';

const REDRAW_MS = 1_000;
/** Without anything new for so long, a broker has told all that it keeps. */
const QUIET_MS = 1_000;
const ONCE_WITHIN_MS = 15_000;
const MAX_PACKET_BYTES = 262_144;

export const doorsCommand: Command = {
  name: 'doors',
  summary: 'Shows all doors of a site, from its MQTT broker',
  help: `Usage: postern doors [--config FILE] [--broker URL]… [--prefix PREFIX] [--once] [--json]

A table of every door that tells its state to the broker, brought up to date until Ctrl-C. Reads only.

  --config FILE         a door's config, whose mqtt section names brokers, login and prefix; that login must be allowed to
                        read every door's topics. Without it and --broker, the demo's
  --broker URL          mqtts://HOST[:PORT], or mqtt:// on this machine; several are tried in turn
  --user NAME           with --password-file FILE
  --ca FILE             authorities that sign the broker's certificate, as PEM; default: those of this system
  --cert FILE           a client certificate as PEM, with --key FILE
  --prefix PREFIX       what the doors' topics begin with (default: the config's, or postern)
  --once                prints the table once and ends; so it does where no person is watching
  --json                one object a door instead of the table; without --once one more for each change

SINCE is how long the daemon has run or, of an offline door, how old its last word is. LIST is the age of the list of codes by
which the door decides offline.

Exit codes: 0 shown; 1 no door has told anything; 2 wrong usage, or no broker can be reached.
`,
  async run(args, io) {
    const { values } = parseArgs({
      args,
      options: {
        config: { type: 'string' }, broker: { type: 'string', multiple: true }, user: { type: 'string' }, 'password-file': { type: 'string' }, ca: { type: 'string' }, cert: { type: 'string' }, key: { type: 'string' },
        prefix: { type: 'string' }, once: { type: 'boolean', default: false }, json: { type: 'boolean', default: false },
      },
    });
    const { prefix, ...access } = brokerOptions(values);
    const site = new SiteWatch(access, prefix);
    try {
      if (values.once || (!io.isTty && !values.json)) return await printOnce(site, io, values.json);
      return values.json ? await printChanges(site, io) : await showLive(site, io);
    } finally {
      await site.close();
    }
  },
};

type Access = Omit<ReturnType<typeof brokerOptions>, 'prefix'>;

/** The connection and what came by it. */
class SiteWatch {
  readonly board: SiteBoard;
  readonly #link: BrokerLink;
  fault = 'Connecting.';
  isUp = false;
  onNews: (door: SiteDoor) => void = () => undefined;
  lastNewsMs = systemClock.monotonicMs();

  constructor(access: Access, prefix: string) {
    this.board = new SiteBoard({ prefix });
    this.#link = new BrokerLink({
      ...access, clock: systemClock, clientId: `postern-doors-${randomBytes(6).toString('hex')}`, maxPacketBytes: MAX_PACKET_BYTES,
      report: (state: PartState, reason = '') => {
        this.isUp = state === 'ok';
        this.fault = reason;
      },
      onUp: (connection) => this.#listen(connection, prefix),
      onDown: () => undefined,
    });
    this.#link.start();
  }

  close(): Promise<void> {
    return this.#link.stop();
  }

  #listen(connection: BrokerConnection, prefix: string): void {
    this.lastNewsMs = systemClock.monotonicMs();
    connection.onMessage(({ topic, payload }) => {
      this.lastNewsMs = systemClock.monotonicMs();
      const door = this.board.take(topic, payload);
      if (door) this.onNews(door);
    });
    const topics = (['availability', 'state', 'scan'] as const).map((kind) => siteFilter(prefix, kind));
    connection.subscribe(topics).catch((thrown: unknown) => connection.drop(messageOf(thrown)));
  }
}

async function printOnce(site: SiteWatch, io: CommandIo, json: boolean): Promise<number> {
  const endMs = systemClock.monotonicMs() + ONCE_WITHIN_MS;
  const isQuiet = (): boolean => site.isUp && systemClock.monotonicMs() - site.lastNewsMs >= QUIET_MS;
  while (!isQuiet() && systemClock.monotonicMs() < endMs) await sleep(systemClock, 50);
  const doors = site.board.doors();
  if (!site.isUp && doors.length === 0) throw new PosternError('broker-unreachable', `No broker could be asked. ${site.fault}`, { transient: true });
  if (doors.length === 0) io.err.write('postern doors: no door has told anything to this broker. Does --prefix fit, and may this login read the doors\' topics?\n');
  else if (json) for (const door of doors) io.out.write(`${JSON.stringify(door)}\n`);
  else io.out.write(`${doorsTable(doors, { nowMs: systemClock.wallMs(), columns: columnsOf(io, 200), rows: Infinity, colour: io.isTty }).join('\n')}\n`);
  return doors.length > 0 ? 0 : 1;
}

async function printChanges(site: SiteWatch, io: CommandIo): Promise<number> {
  site.onNews = (door) => void io.out.write(`${JSON.stringify(door)}\n`);
  await interrupted();
  return 0;
}

/** On a screen of its own, which goes away with it. */
async function showLive(site: SiteWatch, io: CommandIo): Promise<number> {
  const draw = (): void => {
    const doors = site.board.doors();
    const rows = Math.max(3, sizeOf(io).rows ?? 24);
    const offline = doors.filter(({ isOnline }) => isOnline === false).length;
    const head = `${doors.length} doors, ${offline} offline. ${site.fault}${site.board.unreadable > 0 ? ` ${site.board.unreadable} messages were no door's.` : ''}`;
    const lines = [head.slice(0, columnsOf(io, 80)), ...doorsTable(doors, { nowMs: systemClock.wallMs(), columns: columnsOf(io, 80), rows: rows - 2, colour: true })];
    io.out.write(`\u001b[H${lines.map((text) => `${text}\u001b[K`).join('\r\n')}\u001b[J`);
  };
  io.out.write('\u001b[?1049h\u001b[?25l\u001b[2J');
  io.out.on('resize', draw);
  const again = (): void => {
    draw();
    timer = systemClock.after(REDRAW_MS, again);
  };
  let timer: Timer = systemClock.after(0, again);
  try {
    await interrupted();
    return 0;
  } finally {
    timer.cancel();
    io.out.off('resize', draw);
    io.out.write('\u001b[?25h\u001b[?1049l');
  }
}

function interrupted(): Promise<void> {
  return new Promise((resolve) => {
    const heard = (): void => {
      process.off('SIGINT', heard);
      process.off('SIGTERM', heard);
      resolve();
    };
    process.on('SIGINT', heard);
    process.on('SIGTERM', heard);
  });
}

function sizeOf({ out }: CommandIo): { columns?: number; rows?: number } {
  return out as { columns?: number; rows?: number };
}

function columnsOf(io: CommandIo, otherwise: number): number {
  return sizeOf(io).columns ?? otherwise;
}
