// See night-camera.ts. Arguments: its folder, and that of the values that v4l2-ctl sets.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { paintHall } from '../../scripts/scene/hall.ts';
import { lightings } from '../../scripts/scene/lighting.ts';
import { doorCamera } from '../../scripts/scene/pinhole.ts';
import { radianceOf, SteerableSensor, type Radiance } from '../../scripts/scene/steerable-sensor.ts';

const [dir = '', values = ''] = process.argv.slice(2);
const FPS = 15;
const [width, height] = [320, 180];
/** A painted hall at night, and a screen in it; 1 saturates the sensor in 10 ms. */
const [HALL, SCREEN] = [0.004, 2.5];
const empty = radianceOf(paintHall(doorCamera(width, height), lightings.day, 7), HALL, 1);
const sensor = new SteerableSensor({ seed: 1, fps: FPS });
const { exposureUs: exposures, gain: gains } = sensor;
const colourless = Buffer.alloc((width * height) / 2, 128);

process.stdout.write(`YUV4MPEG2 W${width} H${height} F${FPS}:1 Ip A1:1 C420mpeg2 XYSCSS=420MPEG2\n`);
let frame = 0;
setInterval(() => {
  expose();
  const { luma } = sensor.take(hall(existsSync(join(dir, 'waves')) ? 20 + ((frame * 40) % 200) : undefined));
  frame++;
  if (process.stdout.writableLength === 0) process.stdout.write(Buffer.concat([Buffer.from('FRAME\n'), luma, colourless]));
}, 1_000 / FPS);

function value(control: string): number {
  return Number(readFileSync(join(values, control), 'utf8'));
}

function expose(): void {
  const within = (asked: number, { min, max }: { min: number; max: number }): number => Math.min(max, Math.max(min, asked));
  if (value('auto_exposure') !== 1) return sensor.steer(30_000, gains.max);
  sensor.steer(within(value('exposure_time_absolute') * 100, exposures), within(1 + (15 * value('gain')) / 255, gains));
}

/** Where the screen's left edge is; undefined: nobody is there. */
function hall(screenX: number | undefined): Radiance {
  if (screenX === undefined) return empty;
  const [light, fromLamps] = [empty.light.slice(), empty.fromLamps.slice()];
  for (let y = 40; y < 140; y++) {
    const from = y * width + screenX;
    light.fill(SCREEN, from, from + 60);
    fromLamps.fill(0, from, from + 60);
  }
  return { width, height, light, fromLamps };
}
