import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CameraLight } from '../../../../daemon/scan/light/camera-light.ts';
import { lumaAt } from '../../../../daemon/scan/light/luma-histogram.ts';
import type { LumaHistogram } from '../../../../daemon/scan/light/luma-histogram.ts';
import type { Exposure } from '../../../../drivers/camera/camera.ts';
import { radianceOf, SteerableSensor } from '../../../../scripts/scene/steerable-sensor.ts';
import type { Radiance } from '../../../../scripts/scene/steerable-sensor.ts';
import { Looker, TEXT, brightnesses, paintMoments, shining } from './dark-hall.ts';
import type { Brightness } from './dark-hall.ts';

/** At 15 a second. By then each camera has set itself to the empty hall. */
const EMPTY_FRAMES = 30;
const SHOWN_FRAMES = 30;

const moments = await paintMoments();
const looker = await Looker.open();

interface Taken {
  exposure: Exposure;
  read: boolean;
  median: number;
  isShort: boolean;
}

interface Run {
  empty: Taken[];
  shown: Taken[];
  asked: SteerableSensor['asked'];
}

/** A hall that is empty for a while; then a phone is raised and held. `steer` takes each look. */
function play({ hall, screen }: Brightness, mainsHz: number, steerBy: (sensor: SteerableSensor) => { see: (seen: ReturnType<Looker['look']>) => void; isShort: () => boolean }): Run {
  const sensor = new SteerableSensor({ mainsHz, seed: 1 });
  const steering = steerBy(sensor);
  const take = (radiance: Radiance): Taken => {
    const isShort = steering.isShort();
    const { luma, exposure } = sensor.take(radiance);
    const seen = looker.look(luma);
    steering.see(seen);
    return { exposure, isShort, read: seen.codes.some(({ text }) => text === TEXT), median: lumaAt(seen.histogram as LumaHistogram, 0.5) };
  };
  const empty = radianceOf(moments.empty, hall, 1);
  const shown = moments.shown.map((moment) => shining(moment, { hall, screen }));
  const last = shown.length - 1;
  return {
    empty: Array.from({ length: EMPTY_FRAMES }, () => take(empty)),
    // Raised in two frames, then held, trembling.
    shown: Array.from({ length: SHOWN_FRAMES }, (_, i) => take(shown[i < 2 ? i : last - (i % 3)] as Radiance)),
    asked: sensor.asked,
  };
}

const steered = (mainsHz: number) => (sensor: SteerableSensor): ReturnType<Parameters<typeof play>[2]> => {
  const light = new CameraLight({ mainsHz });
  light.steerBy(sensor);
  return { see: (seen) => void light.see(seen), isShort: () => light.isShort };
};

/** As cameras do by themselves: the mean of the picture is brought to a middle grey, by whole periods of the lamps and gain. */
const byTheMean = (sensor: SteerableSensor): ReturnType<Parameters<typeof play>[2]> => {
  let total = 10_000;
  return {
    isShort: () => false,
    see: ({ histogram = new Uint32Array(256) }) => {
      const all = histogram.reduce((sum, count) => sum + count, 0);
      const mean = histogram.reduce((sum, count, value) => sum + count * value, 0) / all;
      total = Math.min(30_000 * sensor.gain.max, Math.max(100, total * Math.min(2, Math.max(0.5, (110 / Math.max(1, mean)) ** 1.1))));
      const exposureUs = total < 10_000 ? total : Math.min(30_000, Math.floor(total / 10_000) * 10_000);
      sensor.steer(exposureUs, Math.min(sensor.gain.max, Math.max(1, total / exposureUs)));
    },
  };
};

const fixed = (exposureUs: number, gain: number) => (sensor: SteerableSensor): ReturnType<Parameters<typeof play>[2]> => {
  sensor.steer(exposureUs, gain);
  return { see: () => undefined, isShort: () => false };
};

/** Of the frames with the phone, the first that is read; counted from the one in which it appears. */
const firstRead = ({ shown }: Run): number => shown.findIndex(({ read }) => read);
const reads = ({ shown }: Run): number => shown.filter(({ read }) => read).length;

for (const where of ['a dark hall', 'a pitch-dark hall and the brightest screen'] as const) {
  const brightness = brightnesses[where];

  test(`${where}: the screen is blown out for a camera that exposes by the mean, and for one set to the night`, () => {
    assert.is(reads(play(brightness, 50, byTheMean)), 0, 'by the mean');
    assert.is(reads(play(brightness, 50, fixed(30_000, 16))), 0, 'set to the night');
  });

  test(`${where}: steered, the screen is read within half a second, and at rest before and after`, () => {
    const run = play(brightness, 50, steered(50));
    assert.ok(firstRead(run) >= 0 && firstRead(run) <= 7, `first read in frame ${firstRead(run)}`);
    assert.ok(reads(run) >= SHOWN_FRAMES / 2, `${reads(run)} of ${SHOWN_FRAMES} frames are read`);
    assert.equal(run.asked.filter(({ frame }) => frame > 15 && frame <= EMPTY_FRAMES), [], 'nothing is asked of the camera before an empty hall');
    // The long one, and at most two steps of the short one.
    const after = new Set(run.asked.filter(({ frame }) => frame > EMPTY_FRAMES).map(({ exposureUs, gain }) => `${exposureUs} ${gain}`));
    assert.ok(after.size <= 3, [...after].join(', '));
  });

  test(`${where}: the long exposure still has its turns, and no short frame passes for one of it`, () => {
    const { shown } = play(brightness, 50, steered(50));
    const long = shown.filter(({ exposure }) => exposure.exposureUs >= 10_000);
    assert.ok(long.length >= 5, `${long.length} long ones`);
    assert.ok(long.every(({ exposure }) => exposure.exposureUs % 10_000 === 0), 'whole flicker periods');
    assert.equal(shown.filter(({ exposure, isShort }) => exposure.exposureUs < 10_000 && !isShort), []);
    assert.equal(long.filter(({ isShort }) => isShort), []);
  });
}

test('by day the screen is read in nearly every frame', () => {
  assert.ok(reads(play(brightnesses['a hall by day'], 60, steered(60))) >= SHOWN_FRAMES - 5);
});

test.run();
