import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { longExposure, shortExposure, totalOf } from '../../../../daemon/scan/light/exposure-plan.ts';
import { ExposureSteering } from '../../../../daemon/scan/light/exposure-steering.ts';
import type { LumaHistogram } from '../../../../daemon/scan/light/luma-histogram.ts';
import type { Exposure } from '../../../../drivers/camera/camera.ts';

const limits = { exposureUs: { min: 50, max: 66_000 }, gain: { min: 1, max: 16 } };
const TOTALS = Array.from({ length: 200 }, (_, i) => 20 * 1.06 ** i);

for (const [mainsHz, periodUs] of [[50, 10_000], [60, 1e6 / 120]] as const) {
  test(`at ${mainsHz} Hz an exposure of a flicker period or more lasts whole ones`, () => {
    for (const total of TOTALS) {
      const { exposureUs } = longExposure(total, limits, periodUs);
      const periods = exposureUs / periodUs;
      assert.ok(periods < 1 || Math.abs(periods - Math.round(periods)) < 1e-9, `${total}: ${exposureUs} µs`);
    }
  });
}

test('whatever is wanted, exposures and gains are in the sensor\'s range and make what is wanted as far as that goes', () => {
  for (const narrow of [limits, { exposureUs: { min: 1_000, max: 8_000 }, gain: { min: 1, max: 4 } }, { exposureUs: { min: 5_000, max: 5_000 }, gain: { min: 2, max: 2 } }]) {
    for (const total of [0, 1, ...TOTALS, 1e12]) {
      for (const exposure of [longExposure(total, narrow, 10_000), shortExposure(total, narrow)]) {
        assert.ok(exposure.exposureUs >= narrow.exposureUs.min && exposure.exposureUs <= narrow.exposureUs.max, `${total}: ${exposure.exposureUs} µs`);
        assert.ok(exposure.gain >= narrow.gain.min && exposure.gain <= narrow.gain.max, `${total}: gain ${exposure.gain}`);
      }
    }
  }
  for (const total of TOTALS.filter((it) => it >= 50 && it <= 30_000 * 16)) assert.ok(Math.abs(totalOf(longExposure(total, limits, 10_000)) / total - 1) < 1e-6);
});

test('a screen\'s exposure is short: amplified rather than longer', () => {
  assert.equal(shortExposure(1_000, limits), { exposureUs: 1_000, gain: 1 });
  assert.equal(shortExposure(10_000, limits), { exposureUs: 2_500, gain: 4 });
});

/** A hall of one grey with lamps of some size in it, before a sensor that does as it is asked after `delay` frames. Light 1 saturates in 10 ms. */
function picture(light: number, lampShare: number, { exposureUs, gain }: Exposure, flicker: number): LumaHistogram {
  const seen = Math.min(1, light * flicker * (exposureUs / 10_000) * gain);
  const counts = new Uint32Array(256);
  const luma = (value: number): number => Math.round(255 * (value <= 0.0031308 ? value * 12.92 : 1.055 * value ** (1 / 2.4) - 0.055));
  for (let i = -2; i <= 2; i++) counts[Math.min(255, Math.max(0, luma(seen) + i))]! += 1_000 * (1 - lampShare);
  counts[luma(Math.min(1, 300 * seen))]! += 5_000 * lampShare;
  return counts;
}

/** What is asked for in `frames` frames at 15 a second, by number of the frame. */
function askedIn(light: number, lampShare: number, { frames, mainsHz, delayFrames, moving = false }: { frames: number; mainsHz: number; delayFrames: number; moving?: boolean }): { frame: number; exposure: Exposure }[] {
  const steering = new ExposureSteering({ sensor: { ...limits, delayFrames, isUnderWay: false }, mainsHz });
  const first = steering.exposure;
  const asked = [{ frame: 0, exposure: first }];
  for (let frame = 0; frame < frames; frame++) {
    const exposure = asked.findLast((each) => each.frame + delayFrames <= frame)?.exposure ?? first;
    const turn = (2 * Math.PI * 2 * mainsHz) / 1e6;
    const startUs = (frame * 1e6) / 15;
    const flicker = 1 + (0.7 * (Math.sin(turn * (startUs + exposure.exposureUs)) - Math.sin(turn * startUs))) / (turn * exposure.exposureUs);
    const next = steering.next({ histogram: picture(light, lampShare, exposure, flicker), moving });
    if (next) asked.push({ frame: frame + 1, exposure: next });
  }
  return asked;
}

const lights = Array.from({ length: 25 }, (_, i) => 1e-5 * 10 ** (i / 4));

for (const mainsHz of [50, 60]) {
  for (const delayFrames of [0, 2, 5]) {
    test(`in halls from pitch-dark to bright sun it comes to rest and does not oscillate (${mainsHz} Hz, ${delayFrames} frames' delay)`, () => {
      for (const lampShare of [0, 0.002, 0.05]) {
        for (const light of lights) {
          const asked = askedIn(light, lampShare, { frames: 200, mainsHz, delayFrames });
          assert.ok((asked.at(-1)?.frame ?? 0) < 90, `light ${light}, lamps ${lampShare}: still asks at frame ${asked.at(-1)?.frame}`);
          const totals = asked.map(({ exposure }) => totalOf(exposure));
          const turns = totals.filter((total, i) => i > 1 && Math.sign(total - (totals[i - 1] as number)) !== Math.sign((totals[i - 1] as number) - (totals[i - 2] as number))).length;
          assert.ok(turns <= 1, `light ${light}, lamps ${lampShare}: ${totals.join()}`);
        }
      }
    });
  }
}

test('it follows a day from noon to midnight and back without a visitor', () => {
  const steering = new ExposureSteering({ sensor: { ...limits, delayFrames: 2, isUnderWay: false }, mainsHz: 50 });
  let exposure = steering.exposure;
  const grey = (light: number): number => picture(light, 0, exposure, 1).findLastIndex((count) => count > 0);
  for (let frame = 0; frame < 4_000; frame++) {
    const light = 10 * 10 ** (-2 * (1 - Math.cos((2 * Math.PI * frame) / 4_000)));
    exposure = steering.next({ histogram: picture(light, 0, exposure, 1), moving: false }) ?? exposure;
    if (frame > 50 && light > 0.002) assert.ok(grey(light) > 30 && grey(light) < 200, `frame ${frame}: grey ${grey(light)}`);
  }
});

test('while something moves both exposures have their turns, and each stays what it is', () => {
  const asked = askedIn(0.004, 0.002, { frames: 300, mainsHz: 50, delayFrames: 2, moving: true }).filter(({ frame }) => frame > 40);
  const totals = new Set(asked.map(({ exposure }) => Math.round(totalOf(exposure))));
  assert.is(totals.size, 2, [...totals].join());
  assert.ok(asked.length > 40 && asked.length < 80, `${asked.length} turns`);
});

test('what may be a code and is no brighter than its dark hall is no reason for short exposures; one that is blown out is', () => {
  const hall = picture(0.01, 0, { exposureUs: 30_000, gain: 16 }, 1);
  const blownOut = new Uint32Array(256).fill(1, 255);
  for (const [code, expected] of [[hall, 0], [blownOut, 1]] as const) {
    const steering = new ExposureSteering({ sensor: { ...limits, delayFrames: 2, isUnderWay: false }, mainsHz: 50 });
    let exposure = steering.exposure;
    const asked = Array.from({ length: 60 }, (_, i) => {
      const next = steering.next({ histogram: picture(0.01, 0, exposure, 1), moving: false, ...(i >= 40 && i % 5 === 0 && steering.exposure.exposureUs > 2_500 && { code }) });
      exposure = next ?? exposure;
      return i >= 40 && next !== undefined && next.exposureUs <= 2_500;
    });
    assert.is(Math.min(1, asked.filter(Boolean).length), expected);
  }
});

test('while the camera has not been handed an exposure, no frame is taken for one of it', () => {
  const sensor = { ...limits, delayFrames: 1, isUnderWay: false };
  const steering = new ExposureSteering({ sensor, mainsHz: 50 });
  const { exposure } = steering;
  const dark = picture(0.001, 0, exposure, 1);
  const looks = (count: number): (Exposure | undefined)[] => Array.from({ length: count }, () => steering.next({ histogram: dark, moving: false }));
  const [, corrected] = looks(2);
  assert.ok(corrected && totalOf(corrected) > totalOf(exposure));
  sensor.isUnderWay = true;
  assert.equal(looks(30).filter((it) => it !== undefined), [], 'nothing is corrected by what was asked for before');
  assert.is(steering.certainly, undefined);
  sensor.isUnderWay = false;
  assert.is(looks(1)[0], undefined);
  assert.ok(looks(1)[0], 'from the first frame after the delay on it goes on');
});

test('a histogram of nothing and one of a single pixel ask for nothing that the sensor cannot do', () => {
  for (const histogram of [new Uint32Array(256), new Uint32Array(256).fill(1, 7, 8), new Uint32Array(256).fill(0xffffffff)]) {
    const steering = new ExposureSteering({ sensor: { ...limits, delayFrames: 0, isUnderWay: false }, mainsHz: 50 });
    for (let i = 0; i < 100; i++) {
      const next = steering.next({ histogram, code: histogram, moving: i % 3 === 0 });
      if (next) assert.ok(next.exposureUs >= 50 && next.exposureUs <= 66_000 && next.gain >= 1 && next.gain <= 16, JSON.stringify(next));
    }
  }
});

test.run();
