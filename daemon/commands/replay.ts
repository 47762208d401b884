import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { ReplayCamera } from '../../drivers/camera/replay.ts';
import { SimulatedDoorIo } from '../../drivers/door-io/simulated.ts';
import { readSession } from '../../drivers/session.ts';
import { readSite } from '../backend/site.ts';
import { sleep, systemClock, VirtualClock } from '../base/clock.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { eventText } from '../base/event-text.ts';
import type { StoredEvent } from '../base/events.ts';
import { replayLine, replaySession } from '../replay.ts';
import type { Command, CommandIo } from './command.ts';
import { openConfig } from './config-file.ts';

/** Stands for the daemon's own in what a replay tells, so that a release does not change it. */
const REPLAY_VERSION = 'replay';

export const replayCommand: Command = {
  name: 'replay',
  summary: 'Plays recorded sessions on a virtual clock and prints their events',
  help: `Usage: postern replay SESSION… [--json] [--speed max|FACTOR]

SESSION is the folder of a recorded session, with its inputs.jsonl and pictures. It is played through the whole daemon,
with a database, pictures and backend that are thrown away afterwards. The same session gives the same events each time.

  --json           one event a line, as in the session's events.jsonl; without it, in words
  --speed max      as fast as it goes (default)
  --speed FACTOR   1: as fast as it was recorded; 2: twice as fast

Exit codes: 0 all sessions were played; 2 wrong usage, or a session that cannot be played (the others are played).
`,
  async run(args, io) {
    const { values, positionals } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean' }, speed: { type: 'string' } } });
    if (positionals.length === 0) throw new PosternError('usage', 'Name the folder of a session. See postern replay --help.');
    const speed = speedOf(values.speed);
    let code = 0;
    for (const [i, dir] of positionals.entries()) {
      if (io.isTty && values.json) io.err.write(`\r\u001b[K${i + 1}/${positionals.length} ${dir}`);
      if (!(await playOne(dir, speed, values.json ?? false, io))) code = 2;
    }
    if (io.isTty && values.json) io.err.write('\r\u001b[K');
    return code;
  },
};

function speedOf(text: string | undefined): number {
  if (text === undefined || text === 'max') return Infinity;
  const speed = Number(text);
  if (!(speed > 0)) throw new PosternError('usage', '--speed takes max or a factor above 0, 1 being real time.');
  return speed;
}

async function playOne(dir: string, speed: number, json: boolean, io: CommandIo): Promise<boolean> {
  try {
    const events = await replayFolder(dir, speed);
    if (!json) io.out.write(`${dir}\n`);
    for (const event of events) io.out.write(json ? `${replayLine(event)}\n` : `  ${inWords(event, events)}\n`);
    return true;
  } catch (thrown) {
    if (!(thrown instanceof PosternError)) throw thrown;
    io.err.write(`postern: ${dir}: ${messageOf(thrown)}\n`);
    return false;
  }
}

/** Plays the session in `dir` in a temporary state folder. Throws PosternError when it cannot be played. */
export async function replayFolder(dir: string, speed = Infinity): Promise<StoredEvent[]> {
  const session = await readSession(dir);
  const config = openConfig(session.configFile);
  const site = readSite(await readText(session.siteFile));
  const clock = new VirtualClock(session.startsAtMs);
  const stateDir = await mkdtemp(join(tmpdir(), 'postern-replay-'));
  const pace = Number.isFinite(speed) ? { pace: paceAt(speed) } : {};
  try {
    return await replaySession({
      session, config, site, stateDir, clock, version: REPLAY_VERSION, ...pace,
      camera: new ReplayCamera({ dir, clock }),
      door: new SimulatedDoorIo({ dir: join(stateDir, 'door'), clock, guard: 'in-process' }),
    });
  } finally {
    await rm(stateDir, { recursive: true, force: true });
  }
}

async function readText(path: string): Promise<string> {
  try {
    return await readFile(path, 'utf8');
  } catch (thrown) {
    throw new PosternError('site-missing', `The session's site file ${path} cannot be read (${messageOf(thrown)}).`, { cause: thrown });
  }
}

function paceAt(speed: number): (atMs: number) => Promise<void> {
  const startedMs = systemClock.monotonicMs();
  return (atMs) => sleep(systemClock, atMs / speed - (systemClock.monotonicMs() - startedMs));
}

function inWords(event: StoredEvent, [first]: StoredEvent[]): string {
  const seconds = ((event.atMs - (first?.atMs ?? 0)) / 1000).toFixed(2);
  return `${seconds.padStart(7)} s  ${eventText(event)}`;
}
