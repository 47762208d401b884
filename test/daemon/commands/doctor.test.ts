import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { loadConfig } from '../../../config/load.ts';
import { doctorOf } from '../../../daemon/commands/doctor.ts';
import { examine } from '../../../daemon/commands/doctor/examine.ts';
import type { Finding } from '../../../daemon/commands/doctor/finding.ts';
import type { Machine } from '../../../daemon/commands/doctor/machine.ts';
import { FakeChip, fakeChipGuard } from '../../drivers/door-io/guard-build.ts';
import { StandInController } from '../../support/stand-in-controller.ts';

const DOOR = 'AAECAwQFBgcICQoLDA0ODw';
const PINS = 'driver: gpiod, relayPin: 17, contactPin: 27';

/** A board made up of files, its chip and programs included, and a door's config on it. */
class Board implements Machine {
  readonly root = mkdtempSync(join(tmpdir(), 'postern-board-'));
  readonly chip = new FakeChip('pinctrl-bcm2711');
  readonly guard = fakeChipGuard();
  uid = 1000;
  groups: readonly number[] = [993, 44];
  programs: Record<string, string> = { 'ffmpeg': 'ffmpeg version 5.1.6-0+deb12u1 Copyright', 'rpicam-vid': 'rpicam-apps build: v1.5.0' };
  free = 20_000;
  config = { camera: 'driver: v4l2, device: /dev/video0', doorIo: PINS, door: '', access: 'rtcHasBattery: true', light: '' };

  constructor() {
    this.put('etc/group', 'root:x:0:\nvideo:x:44:postern\ngpio:x:993:postern\n');
    this.put('dev/video0', '');
    this.put('sys/class/rtc/rtc0/name', 'rtc-ds1307\n');
    this.put('sys/class/rtc/rtc0/since_epoch', '1790000000\n');
    this.put('root-keys.txt', 'AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n');
    this.put('api.key', 'key\n');
    chmodSync(join(this.root, 'api.key'), 0o600);
    this.put('fake/state/relay-line', '');
  }

  put(path: string, text: string): void {
    mkdirSync(dirname(join(this.root, path)), { recursive: true });
    writeFileSync(join(this.root, path), text);
  }

  remove(path: string): void {
    rmSync(join(this.root, path), { recursive: true });
  }

  output(program: string, ...args: string[]): string | undefined {
    return this.programs[[program, ...args].join(' ')] ?? this.programs[program];
  }

  freeMb(): number {
    return this.free;
  }

  configFile(): string {
    const { camera, doorIo, door, access, light } = this.config;
    this.put('door.yaml', `stateDir: state\ndoor: {uuid: ${DOOR}, name: Front door${door}}\ncamera: {${camera}}\ndoorIo: {${doorIo}}\naccess: {rootKeysFile: root-keys.txt, ${access}}\nlight: {${light}}\n`);
    return join(this.root, 'door.yaml');
  }

  close(): void {
    rmSync(this.root, { recursive: true });
    rmSync(this.chip.dir, { recursive: true });
  }
}

async function rowsOf(prepare: (board: Board) => void | Promise<void>): Promise<Finding[]> {
  const board = new Board();
  try {
    await prepare(board);
    const found = await examine(loadConfig(board.configFile()), board);
    return found.map((row) => ({ ...row, detail: row.detail.replaceAll(board.root, '') }));
  } finally {
    board.close();
  }
}

test('a board on which all is well', async () => {
  const rows = await rowsOf(() => {});
  assert.equal(rows.filter(({ is }) => is !== 'good'), []);
  assert.equal(rows.map(({ what }) => what), ['state folder', 'disk', 'key files', 'clock', 'group gpio', 'group video', 'ffmpeg', 'camera', 'relay guard', 'GPIO chip', 'relay, GPIO 17', 'contact, GPIO 27', 'power-on pull']);
});

test('a camera that can be steered and is to be', async () => {
  const listing = '  auto_exposure 0x009a0901 (menu)   : min=0 max=3 default=3 value=3 (Aperture Priority Mode)\n\t\t\t\t1: Manual Mode\n  exposure_time_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=333 flags=inactive\n';
  const rows = await rowsOf((b) => {
    b.config.light = 'steerExposure: true';
    b.programs['v4l2-ctl --version'] = 'v4l2-ctl 1.22.1\n';
    b.programs['v4l2-ctl -d /dev/video0 --list-ctrls-menus'] = listing;
  });
  assert.equal(rows.filter(({ what }) => what === 'exposure'), [{ what: 'exposure', is: 'good', detail: 'steered by exposure_time_absolute' }]);
});

/** What is wrong with the board, and the one row that says so, to the letter. */
const WRONG: [what: string, prepare: (board: Board) => void, row: Finding['what'], is: 'look' | 'bad', says: string][] = [
  ['the group gpio is missing', (b) => { b.groups = [44]; }, 'group gpio', 'bad', 'this user is no member. Run "sudo usermod -aG gpio USER" and start the daemon again'],
  ['the group video is missing', (b) => { b.groups = [993]; }, 'group video', 'bad', 'this user is no member. Run "sudo usermod -aG video USER" and start the daemon again'],
  ['a system without the group gpio', (b) => b.put('etc/group', 'video:x:44:\n'), 'group gpio', 'look', 'this system has none: the daemon\'s user needs another way to /dev/gpiochip* or /sys/class/gpio'],
  ['asked by root', (b) => { b.uid = 0; }, 'groups', 'look', 'this is root, which may everything; the daemon\'s user may not: run it with sudo -u postern'],
  ['no chip of the label', (b) => { b.config.doorIo = `${PINS}, chipLabel: pinctrl-rp1`; }, 'GPIO chip', 'bad', 'No GPIO chip is labelled pinctrl-rp1; there are: pinctrl-bcm2711. Set doorIo.chipLabel to the one with the relay\'s pin.'],
  ['two chips', (b) => b.chip.add('pinctrl-rp1', 54, 'gpiochip4'), 'GPIO chip', 'bad', '2 GPIO chips fit (pinctrl-bcm2711 at /dev/gpiochip0, pinctrl-rp1 at /dev/gpiochip4). Set doorIo.chipLabel to a label that only one has.'],
  ['onoff on a kernel without sysfs', (b) => { b.config.doorIo = 'driver: onoff, relayPin: 17'; }, 'GPIO chip', 'bad', '/sys/class/gpio cannot be read (ENOENT: no such file or directory, scandir \'/sys/class/gpio\'): this kernel has no GPIO through sysfs. Use a kernel with CONFIG_GPIO_SYSFS, or doorIo.driver: gpiod, which needs none.'],
  ['a pull that opposes rest', (b) => { b.config.doorIo = 'driver: gpiod, relayPin: 4'; }, 'power-on pull', 'bad', 'GPIO 4 is pulled up at power-on, which energises this relay until the system has started. Put "gpio=4=op,dl" into config.txt and a resistor at the relay\'s input, or use a pin from 9 to 27.'],
  ['persist_gpio_outputs is Y', (b) => b.put('sys/module/pinctrl_bcm2835/parameters/persist_gpio_outputs', 'Y\n'), 'pins let go', 'look', 'persist_gpio_outputs of pinctrl_bcm2835 is Y: a pin that is let go keeps its last level. The relay guard, ExecStopPost= and postern-rest@ are what rests the relay.'],
  ['persist_gpio_outputs is N', (b) => b.put('sys/module/pinctrl_rp1/parameters/persist_gpio_outputs', 'N\n'), 'pins let go', 'look', 'persist_gpio_outputs of pinctrl_rp1 is N: a pin that is let go becomes an input, and its pull decides. Choose one whose pull means rest.'],
  ['the camera is not there', (b) => { b.remove('dev/video0'); b.put('dev/video2', ''); }, 'camera', 'bad', 'there is no /dev/video0: is it plugged in? There are: /dev/video2. See camera.device'],
  ['no camera at all', (b) => b.remove('dev/video0'), 'camera', 'bad', 'there is no /dev/video0: is it plugged in? There are: none. See camera.device'],
  ['no camera at the connector', (b) => { b.config.camera = 'driver: rpicam'; }, 'camera', 'bad', 'the board has no camera (no /dev/media*): check its ribbon cable, and camera_auto_detect=1 or the overlay in config.txt'],
  ['no rpicam-vid', (b) => { b.config.camera = 'driver: rpicam'; b.programs = {}; }, 'rpicam-vid', 'bad', 'it is not installed. Run "sudo apt-get install rpicam-apps-lite"'],
  ['no ffmpeg', (b) => { b.programs = {}; }, 'ffmpeg', 'bad', 'it is not installed. Run "sudo apt-get install ffmpeg"'],
  ['an old ffmpeg', (b) => { b.programs = { ffmpeg: 'ffmpeg version 4.3.8-0+deb11u1 Copyright' }; }, 'ffmpeg', 'bad', 'version 4.3.8-0+deb11u1 is too old: 5.1 or later is needed, which Debian 12 has'],
  ['an ffmpeg just too old', (b) => { b.programs = { ffmpeg: 'ffmpeg version n5.0 Copyright' }; }, 'ffmpeg', 'bad', 'version n5.0 is too old: 5.1 or later is needed, which Debian 12 has'],
  ['an ffmpeg of no number', (b) => { b.programs = { ffmpeg: 'ffmpeg version N-109' }; }, 'ffmpeg', 'look', 'its version cannot be told (ffmpeg version N-109); 5.1 or later is needed'],
  ['a camera to be steered without v4l2-ctl', (b) => { b.config.light = 'steerExposure: true'; }, 'exposure', 'look', 'it is not steered: v4l2-ctl is not installed. Run "sudo apt-get install v4l-utils"'],
  ['a camera to be steered that cannot be', (b) => { b.config.light = 'steerExposure: true'; b.programs['v4l2-ctl'] = 'v4l2-ctl 1.22.1\n'; }, 'exposure', 'look', 'it is not steered: it has no exposure control'],
  ['a recording that is not there', (b) => { b.config.camera = 'driver: replay, session: nowhere'; }, 'camera', 'bad', 'there is no recording /nowhere: see camera.session'],
  ['a clock that has no battery', (b) => { b.config.access = 'rtcHasBattery: false'; }, 'clock', 'look', 'rtc0 (rtc-ds1307) is there and does not count: with a battery in it set access.rtcHasBattery to true'],
  ['no clock', (b) => { b.config.access = 'rtcHasBattery: false'; b.remove('sys/class/rtc'); }, 'clock', 'look', 'no real-time clock: after a power cut the time is not known until the network gives it, and access.whenClockUnverified decides'],
  ['a clock in the config alone', (b) => b.remove('sys/class/rtc/rtc0'), 'clock', 'bad', 'access.rtcHasBattery is true, and this machine has no real-time clock (/sys/class/rtc is empty). Fit one and its overlay in config.txt, or set the key to false'],
  ['a flat battery', (b) => b.put('sys/class/rtc/rtc0/since_epoch', '12\n'), 'clock', 'bad', 'rtc0 (rtc-ds1307) has lost its time: put a new battery in, and set it with "hwclock --systohc" once the network gives the time'],
  ['a disk that is nearly full', (b) => { b.free = 700.9; }, 'disk', 'look', '700 MB are free at , and pictures may take 1000: make room, or set evidence.maxMb to less'],
  ['a full disk', (b) => { b.free = 12; }, 'disk', 'bad', '12 MB are free at : the event log needs 100, and without it no code opens the door. Make room'],
  ['keys that are not there', (b) => b.remove('root-keys.txt'), 'key files', 'bad', 'The file /root-keys.txt does not exist.'],
  ['a simulated door', (b) => { b.config.doorIo = 'driver: simulated'; }, 'door', 'look', 'simulated: no relay is moved'],
];
for (const [what, prepare, row, is, says] of WRONG) {
  test(`${what}: the row ${row}`, async () => {
    assert.equal((await rowsOf(prepare)).find((each) => each.what === row), { what: row, is, detail: says });
  });
}

test('pins that others have: by name, ours are well, and sysfs is right for one driver only', async () => {
  const board = new Board();
  const hold = async (pin: number, consumer: string): Promise<() => Promise<void>> => {
    const holder = spawn(board.guard, ['wires', '/dev/gpiochip0', `in:${pin}:as-is:high:0`], { env: { ...process.env, FAKE_GPIO: board.chip.dir }, stdio: ['pipe', 'pipe', 'inherit'] });
    await once(holder.stdout, 'data');
    board.chip.put(`${pin}.held`, consumer);
    return async () => {
      holder.stdin.end();
      await once(holder, 'exit');
    };
  };
  const releases = [await hold(17, 'w1_gpio'), await hold(27, 'postern door'), await hold(22, 'sysfs')];
  const rowOf = (rows: Finding[], what: string): string => rows.filter((row) => row.what.startsWith(what)).map(({ is, detail }) => `${is}: ${detail}`).join();
  board.config.doorIo = `${PINS}, rexPin: 22`;
  const gpiod = await examine(loadConfig(board.configFile()), board);
  assert.is(rowOf(gpiod, 'relay, '), 'bad: held by "w1_gpio". Stop it, or take its overlay out of config.txt');
  assert.is(rowOf(gpiod, 'contact, '), 'good: held by "postern door", a daemon that runs');
  assert.match(rowOf(gpiod, 'rex, '), /^bad: exported in sysfs, which is in the way of gpiod\. Run "echo N > \/sys\/class\/gpio\/unexport"/);

  for (const [file, text] of Object.entries({ label: 'pinctrl-bcm2711', base: '512', ngpio: '54' })) board.put(`sys/class/gpio/gpiochip512/${file}`, `${text}\n`);
  board.config.doorIo = 'driver: auto, relayPin: 17, rexPin: 22';
  const onoff = await examine(loadConfig(board.configFile()), board);
  assert.is(rowOf(onoff, 'GPIO chip'), 'good: pinctrl-bcm2711 at /dev/gpiochip0, 54 lines, in sysfs from 512, for onoff');
  assert.is(rowOf(onoff, 'rex, '), 'good: exported in sysfs');
  for (const release of releases) await release();
  board.close();
});

test('a camera in the network is looked for at its address', async () => {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as AddressInfo;
  const camera = `driver: snapshot, url: "http://127.0.0.1:${port}/a.jpg"`;
  const row = async (): Promise<Finding | undefined> => (await rowsOf((b) => { b.config.camera = camera; })).find(({ what }) => what === 'camera');
  assert.equal(await row(), { what: 'camera', is: 'good', detail: `127.0.0.1:${port} answers` });
  await new Promise((resolve) => server.close(resolve));
  assert.equal(await row(), { what: 'camera', is: 'bad', detail: `127.0.0.1:${port} does not answer: is it on, and in this network? See camera.url` });
});

test('a door of another controller is looked for there, and its unlock time compared', async () => {
  const controller = await StandInController.open(DOOR);
  const row = (door: string): Promise<Finding | undefined> => rowsOf((b) => {
    b.config.door = `, ${door}`;
    b.config.doorIo = `driver: rhombus, url: "${controller.url()}", apiKeyFile: api.key`;
  }).then((rows) => rows.find(({ what }) => what === 'controller'));
  assert.equal(await row('unlockMs: 5000, extendedUnlockMs: 5000'), { what: 'controller', is: 'look', detail: 'Front door is released for 0.4 s there, and for 5 s by door.unlockMs: make them the same' });
  controller.pages = [[{ uuid: DOOR, name: 'Front door', unlockTimeSec: 5 }]];
  assert.equal(await row('unlockMs: 5000, extendedUnlockMs: 5000'), { what: 'controller', is: 'good', detail: 'Front door, released for 5 s' });
  controller.pages = [[]];
  assert.is((await row('unlockMs: 5000, extendedUnlockMs: 5000'))?.is, 'bad');
  await controller.close();
});

/** What the command prints, and its exit code. */
async function printed(board: Board, isTty: boolean, ...args: string[]): Promise<{ code: number; text: string }> {
  let text = '';
  const out = new Writable({ write: (chunk: Buffer, _encoding, done) => { text += chunk.toString(); done(); } });
  const code = await doctorOf(board).run(['--config', board.configFile(), ...args], { out, err: out, isTty });
  return { code, text };
}

test('colours are for a terminal only, the exit code says whether anything is bad, and --json is one list', async () => {
  const board = new Board();
  const plain = await printed(board, false);
  assert.is(plain.code, 0);
  assert.not(plain.text.includes('\u001b'));
  assert.match(plain.text, /^good {2}state folder/m);
  board.groups = [];
  const coloured = await printed(board, true);
  assert.is(coloured.code, 1);
  assert.match(coloured.text, /^\u001b\[31mBAD \u001b\[0m {2}group gpio/m);
  assert.equal(coloured.text.split('\n').map((line) => line.length > 0 && line.startsWith('\u001b[')).filter(Boolean).length, coloured.text.trimEnd().split('\n').length);
  const json = await printed(board, true, '--json');
  assert.is(json.code, 1);
  const rows = JSON.parse(json.text) as Finding[];
  assert.equal(rows.filter(({ is }) => is === 'bad').map(({ what }) => what), ['group gpio', 'group video']);
  board.close();
});

test.run();
