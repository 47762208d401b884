/** `npm run fleet`: see USAGE. */
import { randomBytes } from 'node:crypto';
import { parseArgs } from 'node:util';
import { sleep, systemClock } from '../../daemon/base/clock.ts';
import { messageOf } from '../../daemon/base/errors.ts';
import { Mosquitto } from '../../test/support/mosquitto.ts';
import { NatsCluster } from '../../test/support/nats-cluster.ts';
import { Fleet, type FleetAccount, type Storm } from './fleet.ts';
import { histogram, peakShare } from './histogram.ts';

const USAGE = `Usage: npm run fleet -- [--doors N] [--scans-per-second N] [--seconds N] [--at mosquitto|nats|URL,URL…] [--storms N]

Runs many doors in one process against a broker, each with the daemon's own connection and outbox, and listens to all of
them. Midway the broker is killed and started again (mosquitto), or one of three servers of a cluster is killed (nats). Tells
how the doors came back, and whether an event was lost. Stops by itself.

  --doors N              1 to 5000, default 1000
  --scans-per-second N   of the whole site, 0 to 500, default 50
  --seconds N            before and after each storm, 1 to 3600, default 10
  --at WHERE             mosquitto (default) or nats: started here, on loopback, and harmed;
                         URLs (mqtt://HOST:PORT): brokers that run already, which are not harmed
  --storms N             how often the broker is harmed, 0 to 20, default 1
  --json                 one object instead of text

Exit codes: 0 no event was lost and every door came back; 1 not so; 2 wrong usage, or a broker that does not run.
`;

const CONNECT_WITHIN_MS = 120_000;
const RETURN_WITHIN_MS = 120_000;
const ARRIVE_WITHIN_MS = 120_000;
/** A storm meets connections that stood for a while, as in the field. */
const SETTLED_MS = 31_000;

interface Site {
  brokers: string[];
  earAt: string;
  /** Resolves to when a broker was there to come back to, monotonic milliseconds; undefined: it is not ours to harm. */
  harm?: () => Promise<number>;
  /** Between storms. */
  mend: () => Promise<void>;
  close: () => Promise<void>;
}

function wholeIn(text: string, name: string, min: number, max: number): number {
  const value = Number(text);
  if (!Number.isInteger(value) || value < min || value > max) throw new Error(`--${name} takes a whole number from ${min} to ${max}.`);
  return value;
}

async function siteAt(where: string): Promise<Site> {
  const nothing = (): Promise<void> => Promise.resolve();
  if (where === 'mosquitto') {
    // A thousand doors need more than its default of waiting messages to one listener.
    const broker = await Mosquitto.open({ more: ['max_queued_messages 0', 'max_inflight_messages 1000'] });
    const harm = async (): Promise<number> => {
      await broker.kill();
      await broker.start();
      return systemClock.monotonicMs();
    };
    return { brokers: [broker.url], earAt: broker.url, harm, mend: nothing, close: () => broker.close() };
  }
  if (where === 'nats') {
    const cluster = await NatsCluster.open();
    const harm = async (): Promise<number> => {
      await cluster.kill(0);
      return systemClock.monotonicMs();
    };
    return { brokers: cluster.urls, earAt: cluster.urls[2] as string, harm, mend: () => cluster.start(0), close: () => cluster.close() };
  }
  const brokers = where.split(',');
  for (const url of brokers) if (!URL.canParse(url) || new URL(url).protocol !== 'mqtt:') throw new Error(`--at takes mosquitto, nats or URLs that begin with mqtt://, not ${url}.`);
  return { brokers, earAt: brokers[0] as string, mend: nothing, close: nothing };
}

async function main(): Promise<number> {
  const { values } = parseArgs({
    options: {
      'doors': { type: 'string', default: '1000' }, 'scans-per-second': { type: 'string', default: '50' }, 'seconds': { type: 'string', default: '10' },
      'at': { type: 'string', default: 'mosquitto' }, 'storms': { type: 'string', default: '1' }, 'json': { type: 'boolean', default: false }, 'help': { type: 'boolean', default: false },
    },
  });
  if (values.help) {
    process.stdout.write(USAGE);
    return 0;
  }
  const doors = wholeIn(values.doors, 'doors', 1, 5_000);
  const scansPerS = wholeIn(values['scans-per-second'], 'scans-per-second', 0, 500);
  const seconds = wholeIn(values.seconds, 'seconds', 1, 3_600);
  const storms = wholeIn(values.storms, 'storms', 0, 20);
  const tell = (text: string): void => void (values.json ? process.stderr : process.stdout).write(text);
  const site = await siteAt(values.at);
  try {
    const beganMs = systemClock.monotonicMs();
    const fleet = await Fleet.open({ doors, brokers: site.brokers, earAt: site.earAt, version: '3.1.1', prefix: `fleet/${randomBytes(4).toString('hex')}`, scansPerS });
    try {
      if (!await fleet.connected(doors, CONNECT_WITHIN_MS)) throw new Error(`Only ${fleet.up} of ${doors} doors were connected after ${CONNECT_WITHIN_MS / 1000} s.`);
      tell(`${doors} doors were connected after ${((systemClock.monotonicMs() - beganMs) / 1000).toFixed(1)} s; ${scansPerS} scans a second.\n`);
      const came = await throughStorms(fleet, site, { storms, seconds, tell });
      await sleep(systemClock, seconds * 1000);
      const account = await fleet.account(ARRIVE_WITHIN_MS);
      tell(accountText(account));
      if (values.json) process.stdout.write(`${JSON.stringify({ doors, ...account, storms: came })}\n`);
      return account.lost === 0 && account.unknown === 0 && came.every(({ all }) => all) ? 0 : 1;
    } finally {
      await fleet.close();
    }
  } finally {
    await site.close();
  }
}

async function throughStorms(fleet: Fleet, { harm, mend }: Site, { storms, seconds, tell }: { storms: number; seconds: number; tell: (text: string) => void }): Promise<Storm[]> {
  const came: Storm[] = [];
  for (let i = 0; harm && i < storms; i++) {
    await sleep(systemClock, Math.max(seconds * 1000, SETTLED_MS));
    const storm = await fleet.reconnects(harm, RETURN_WITHIN_MS);
    came.push(storm);
    tell(stormText(storm));
    await mend();
  }
  return came;
}

function stormText({ lost, afterMs, all }: Storm): string {
  const afterS = afterMs.map((ms) => ms / 1000);
  const last = afterS.length === 0 ? 0 : Math.max(...afterS);
  return `\n${lost} doors lost their connection; ${all ? 'all' : `${afterS.length} of them`} were back ${last.toFixed(1)} s after a broker was there, at most ${Math.round(peakShare(afterS, 1) * 100)} % of them within one second:\n${histogram(afterS, 1, 's')}`;
}

function accountText({ scans, lost, repeated, unknown, outOfOrder }: FleetAccount): string {
  return `\n${scans} events were told: ${lost} lost, ${repeated} sent more than once and known by their id, ${unknown} left over after that, ${outOfOrder} out of order.\n`;
}

try {
  process.exitCode = await main();
} catch (thrown) {
  process.stderr.write(`fleet: ${messageOf(thrown)}\n`);
  process.exitCode = 2;
}
