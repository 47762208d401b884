import type { Clock } from '../../daemon/base/clock.ts';
import { MAX_PIXELS, type PictureParser } from './picture-parser.ts';
import { ProcessSource, type Meaning } from './process-source.ts';
import type { YuvLayout } from './yuv-frame.ts';
import { YuvParser } from './yuv-parser.ts';

export interface RpicamSourceOptions {
  clock: Clock;
  width: number;
  height: number;
  framesPerSecond: number;
  rotate: 0 | 180;
  /** The board's camera connector, counted from 0. */
  cameraNumber: number;
  /** Rows are padded to a multiple of so many bytes: 64 on the Pi's image pipeline. */
  rowAlignBytes: number;
  /** Further arguments, for the sensor's exposure and the like; none of the driver's own. */
  further?: string[];
  /** Another program in rpicam-vid's place, for tests. */
  command?: string;
}

/** A sensor needs some frames to settle, and a Pi that boots is slow. */
const START_MS = 10_000;

/** The camera at a Raspberry Pi's own connector, by rpicam-vid: bare pictures, whose luma is used where it lies. */
export function rpicamSource(options: RpicamSourceOptions): ProcessSource {
  const { clock, width, height, framesPerSecond, rotate, cameraNumber, further = [], command = 'rpicam-vid' } = options;
  return new ProcessSource({
    name: `rpicam ${cameraNumber}`,
    startMs: START_MS,
    clock,
    command,
    args: [
      '--codec', 'yuv420', '--width', String(width), '--height', String(height), '--framerate', String(framesPerSecond),
      '--camera', String(cameraNumber), ...(rotate === 180 ? ['--rotation', '180'] : []),
      '--timeout', '0', '--nopreview', '--flush', ...further, '--output', '-',
    ],
    package: 'rpicam-apps-lite',
    parser: (sink) => new YuvParser(layoutOf(width, height, options), sink),
    meanings: MEANINGS,
    lastWords,
    heed: (parser) => (line) => takeSize(line, parser, options),
  });
}

function layoutOf(width: number, height: number, { rowAlignBytes }: RpicamSourceOptions): YuvLayout {
  return { width, height, rowBytes: Math.ceil(width / rowAlignBytes) * rowAlignBytes };
}

/** libcamera may settle on another size than it was asked for and says so before the first picture: `(0) 1280x720-YUV420`. */
function takeSize(line: string, parser: PictureParser, options: RpicamSourceOptions): string | undefined {
  const [, width, height] = (/configuring streams:.*?\(0\) (\d{1,5})x(\d{1,5})-YUV420/.exec(line) ?? []).map(Number);
  if (width === undefined || height === undefined || (width === options.width && height === options.height)) return undefined;
  if (width * height > MAX_PIXELS || width * height === 0) return 'it gives pictures of a senseless size';
  if (parser instanceof YuvParser) parser.setLayout(layoutOf(width, height, options));
  return undefined;
}

const MEANINGS: Meaning[] = [
  [/no cameras available/i, 'the board finds no camera: check its ribbon cable and the overlay in config.txt'],
  [/Device timeout|Dequeue timer .* expired|frontend has timed out/i, 'the sensor has timed out: check its ribbon cable'],
  [/in use by another process|failed to acquire camera|Pipeline handler in use/i, 'another program uses it'],
  [/Permission denied|failed to open .*\/dev\//i, 'its devices may not be opened: the user of the daemon must be in the group video'],
  [/failed to allocate|Cannot allocate memory|CMA/i, 'there is not enough contiguous memory: see cma in cmdline.txt'],
  [/unrecognised option|unknown option/i, 'rpicam-vid does not know an option: it is too old'],
];

function lastWords(lines: readonly string[]): string | undefined {
  const last = lines.filter((line) => /ERROR/.test(line)).at(-1);
  return last === undefined ? undefined : `rpicam-vid says: ${last.replace(/^\[[\d:.]+\] \[\d+\]\s*/, '').replace(/[.\s*!]+$/, '')}`;
}
