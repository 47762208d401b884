import { createHash } from 'node:crypto';
import { closeSync, copyFileSync, constants, openSync, readFileSync, readSync, rmSync, truncateSync, writeFileSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { messageOf } from '../../../daemon/base/errors.ts';
import type { BenchRow } from '../../bench-rows.ts';
import { runCommand } from '../command.ts';
import { wrongAfterCut } from '../cut-state.ts';
import type { Bench, Scenario } from '../scenario.ts';
import { ScenarioFailed } from '../scenario.ts';
import { prepareSite } from '../site.ts';
import type { LoggedWrite } from '../write-log.ts';
import { acknowledged, survives, writeLog } from '../write-log.ts';

const SCRIPTS = '/opt/postern/scripts/hardware-bench/guest';
const FILE_SYSTEM_MB = 64;
const ACK_SECTOR = FILE_SYSTEM_MB * 2048;
/** Events that are acknowledged before the power goes: more give the cuts more places to fall. */
const EVENTS = 120;
const LIMIT_MS = 600_000;

/** [S3] What the daemon has told of survives a power cut, with a disk that loses its cache and tears its writes. */
export const powerCuts: Scenario = {
  name: 'power-cuts',
  about: 'the power goes while events are written: is every acknowledged one there, and does the daemon start?',
  async run(bench) {
    const disk = join(bench.dir, 'disk.img');
    const before = join(bench.dir, 'before.img');
    const log = join(bench.dir, 'writes.log');
    await makeDisk(disk, before, log);
    const rootKeys = await writeUntilCut(bench, disk, log);
    return tryCuts(bench, before, writeLog(readFileSync(log)), await prepareDesk(bench.dir, rootKeys));
  },
};

async function makeDisk(disk: string, before: string, log: string): Promise<void> {
  writeFileSync(disk, '');
  truncateSync(disk, (FILE_SYSTEM_MB + 8) * 1024 * 1024);
  await runCommand('mke2fs', ['-q', '-F', '-t', 'ext4', '-E', 'lazy_itable_init=0', disk, `${FILE_SYSTEM_MB}M`]);
  copyFileSync(disk, before, constants.COPYFILE_FICLONE);
  writeFileSync(log, '');
}

/** Boots with the disk behind a log of its writes, lets the daemon work on it, and pulls the plug. Returns the door's root keys, a file. */
async function writeUntilCut(bench: Bench, disk: string, log: string): Promise<string> {
  const guest = await bench.ownGuest('power-cuts/guest', [
    '-blockdev', `driver=file,node-name=log,filename=${log}`,
    '-blockdev', `driver=raw,node-name=plain,file.driver=file,file.filename=${disk}`,
    '-blockdev', 'driver=blklogwrites,node-name=logged,file=plain,log=log,log-sector-size=512',
    '-device', 'virtio-blk-pci,drive=logged,addr=10',
  ]);
  await prepareSite({ dir: join(guest.dir, 'out/door'), stateDir: '/var/lib/postern/front', camera: 'visitor' });
  await guest.must(`bash ${SCRIPTS}/install-door.sh`);
  let ended: string | undefined;
  void guest.run(`bash ${SCRIPTS}/write-events.sh /dev/vdd ${ACK_SECTOR}`, LIMIT_MS).then(({ output }) => (ended = output), (thrown: unknown) => (ended = messageOf(thrown)));
  const untilMs = performance.now() + LIMIT_MS;
  while (acknowledgedOn(disk) < EVENTS) {
    if (ended !== undefined) throw new ScenarioFailed(`The door was not kept busy until the power went: ${ended.trim()}`, guest.dir);
    if (performance.now() > untilMs) throw new ScenarioFailed(`Only ${acknowledgedOn(disk)} of ${EVENTS} events were acknowledged within ${LIMIT_MS / 60_000} minutes.`, guest.dir);
    await sleep(250);
  }
  guest.kill();
  await guest.close();
  return join(guest.dir, 'out/door/root-keys.txt');
}

/** Where the daemon is started on what a cut left, without wires; its config. */
async function prepareDesk(dir: string, rootKeys: string): Promise<string> {
  const desk = join(dir, 'desk');
  await prepareSite({ dir: desk, stateDir: join(desk, 'front'), camera: 'nobody', door: 'simulated' });
  copyFileSync(rootKeys, join(desk, 'root-keys.txt'));
  return join(desk, 'front.yaml');
}

/** The last acknowledgement, as it stands on the disk. */
function acknowledgedOn(disk: string): number {
  const data = Buffer.alloc(512);
  const fd = openSync(disk, 'r');
  readSync(fd, data, 0, data.length, ACK_SECTOR * 512);
  closeSync(fd);
  return acknowledged([{ sector: ACK_SECTOR, data, flush: false, fua: false, discard: false }], 1, ACK_SECTOR);
}

async function tryCuts(bench: Bench, before: string, writes: LoggedWrite[], config: string): Promise<BenchRow[]> {
  const first = writes.findIndex(({ sector }) => sector === ACK_SECTOR);
  const image = join(bench.dir, 'cut.img');
  let toldOf = 0;
  const faults: string[] = [];
  for (let i = 0; i < bench.cuts; i++) {
    // Spread evenly, each at a place of its own within its part; the same ones for the same log.
    const chance = chances(`cut ${i}`);
    const count = first + 1 + Math.floor(((i + chance()) * (writes.length - first - 1)) / bench.cuts);
    copyFileSync(before, image, constants.COPYFILE_FICLONE);
    apply(image, survives(writes, count, () => chance() < 0.5));
    const told = acknowledged(writes, count, ACK_SECTOR);
    toldOf = Math.max(toldOf, told);
    const fault = await wrongAfterCut(config, image, told).catch((thrown: unknown) => messageOf(thrown));
    if (fault === undefined) continue;
    copyFileSync(image, join(bench.dir, `cut-${i}.img`));
    faults.push(`cut ${i} after write ${count} with ${told} events acknowledged: ${fault}`);
  }
  rmSync(image);
  if (faults.length > 0) throw new ScenarioFailed(`${faults.length} of ${bench.cuts} power cuts did harm; the first: ${faults[0]}.`, bench.dir);
  return [
    { name: 'power cuts with torn writes after which the daemon started', value: bench.cuts, unit: '', atLeast: bench.cuts },
    { name: 'acknowledged events or uses lost', value: 0, unit: `of ${toldOf}`, goal: 1 },
    { name: 'writes and flushes that the cuts fell between', value: writes.length - first, unit: '' },
  ];
}

function apply(image: string, pieces: { sector: number; data: Buffer }[]): void {
  const fd = openSync(image, 'r+');
  for (const { sector, data } of pieces) if (sector < ACK_SECTOR) writeSync(fd, data, 0, data.length, sector * 512);
  closeSync(fd);
}

/** Chances from 0 to 1 that are the same each time for the same seed. */
function chances(seed: string): () => number {
  let hash = createHash('sha256').update(seed).digest();
  let at = 0;
  return () => {
    if (at + 4 > hash.length) {
      hash = createHash('sha256').update(hash).digest();
      at = 0;
    }
    at += 4;
    return hash.readUInt32LE(at - 4) / 2 ** 32;
  };
}
