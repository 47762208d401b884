import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { ConfigError, loadConfig } from '../../config/load.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { openCamera } from '../../drivers/drivers.ts';

const folder = mkdtempSync(join(tmpdir(), 'postern-config-'));
test.after(() => rmSync(folder, { recursive: true }));

function load(camera: string, more = ''): ReturnType<typeof loadConfig> {
  const path = join(folder, 'config.yaml');
  writeFileSync(path, `stateDir: state\ndoor: {uuid: AAECAwQFBgcICQoLDA0ODw, name: Front door}\ncamera: {${camera}}\ndoorIo: {driver: simulated}\naccess: {rootKeysFile: roots.txt}\n${more}`);
  return loadConfig(path);
}

const good: [camera: string, name: string][] = [
  ['driver: rpicam', 'rpicam 0'],
  ['driver: v4l2, device: /dev/v4l/by-id/usb-046d_HD_Pro-video-index0', 'v4l2 /dev/v4l/by-id/usb-046d_HD_Pro-video-index0'],
  ['driver: v4l2, device: /dev/video2, format: raw, rotate: 270, width: 640, height: 480, framesPerSecond: 30', 'v4l2 /dev/video2'],
  ['driver: rtsp, url: "rtsp://camera.lan:8554/a?key=b", user: door, passwordFile: p', 'rtsp rtsp://camera.lan:8554/a'],
  ['driver: snapshot, url: "https://[fd00::1]/a.jpg?x=y", caFile: ca.pem', ''],
  ['driver: snapshot, url: "http://camera.lan/a.mjpg", frozenAfterS: 0', 'snapshot http://camera.lan/a.mjpg'],
];
for (const [camera, name] of good) {
  test(`a camera by ${camera}`, async () => {
    const config = load(camera);
    if (name !== '') assert.is((await openCamera(config, systemClock, 'secret')).name, name);
  });
}

test('a camera is steered where the config asks for it, and only one that can be may be asked for', () => {
  const asked = 'light: {steerExposure: true}\n';
  assert.is(load('driver: v4l2, device: /dev/video2').light.steerExposure, false);
  assert.is(load('driver: v4l2, device: /dev/video2', asked).light.steerExposure, true);
  for (const camera of ['driver: rpicam', 'driver: rtsp, url: "rtsp://camera.lan/a"', 'driver: replay, session: here']) {
    assert.throws(() => load(camera, asked), (thrown: unknown) => thrown instanceof ConfigError && /light\.steerExposure.*must be false unless camera\.driver is v4l2/.test(thrown.message));
  }
});

const bad: [what: string, camera: string, says: RegExp][] = [
  ['a device that is none', 'driver: v4l2, device: /etc/passwd', /camera\.device.*must be a device like/],
  ['a device by a way round', 'driver: v4l2, device: /dev/../etc/passwd', /camera\.device/],
  ['a device that is an option', 'driver: v4l2, device: -i', /camera\.device/],
  ['an odd width', 'driver: rpicam, width: 641', /camera\.width.*must be/],
  ['a width of a wall', 'driver: rpicam, width: 100000', /camera\.width/],
  ['no pictures a second', 'driver: rpicam, framesPerSecond: 0', /camera\.framesPerSecond/],
  ['a sensor turned by 90', 'driver: rpicam, rotate: 90', /camera\.rotate.*0 or 180/],
  ['a camera\'s own JPEGs, turned', 'driver: v4l2, device: /dev/video0, rotate: 90', /camera\.rotate.*must be 0 with format mjpeg/],
  ['a file in place of a stream', 'driver: rtsp, url: "file:///etc/passwd"', /camera\.url.*begins with rtsp/],
  ['an address with a line of a playlist', 'driver: rtsp, url: "rtsp://camera.lan/a\\nfile x"', /camera\.url/],
  ['an address with a quote', 'driver: rtsp, url: "rtsp://camera.lan/a\'b"', /camera\.url/],
  ['an address with a fragment', 'driver: snapshot, url: "http://camera.lan/a#b"', /camera\.url/],
  ['a user without a password', 'driver: rtsp, url: "rtsp://camera.lan/", user: a', /camera\.passwordFile.*together with user/],
  ['a password in the config', 'driver: rtsp, url: "rtsp://camera.lan/", user: a, password: b', /camera\.password is not a key/],
  ['a certificate for plain rtsp', 'driver: rtsp, url: "rtsp://camera.lan/", caFile: a', /camera\.url.*must begin with rtsps/],
  ['a certificate for plain http', 'driver: snapshot, url: "http://camera.lan/", caFile: a', /camera\.url.*must begin with https/],
];
for (const [what, camera, says] of bad) {
  test(`[S5] ${what}: refused by the key's name`, () => {
    assert.throws(() => load(camera), (thrown: unknown) => thrown instanceof ConfigError && says.test(thrown.message));
  });
}

for (const url of ['rtsp://admin:hunter2@cam.lan/', 'http://hunter2@cam.lan/']) {
  test(`[S7] a password in ${url.slice(0, 4)}:// is refused and not repeated`, () => {
    const driver = url.startsWith('rtsp') ? 'rtsp' : 'snapshot';
    assert.throws(() => load(`driver: ${driver}, url: "${url}"`), (thrown: unknown) => thrown instanceof ConfigError && /passwordFile/.test(thrown.message) && !thrown.message.includes('hunter2'));
  });
}

test.run();
