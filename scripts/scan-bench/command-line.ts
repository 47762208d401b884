import { parseArgs } from 'node:util';
import { PosternError } from '../../daemon/base/errors.ts';

export const USAGE = `How well and how fast QR codes are read here, against other decoders.

  npm run bench:scan -- [FOLDER|SESSION …] [options]

FOLDER is one of pictures, SESSION one of a recorded session (postern record). Without any the sessions of fixtures/ are read.
A truth.json in a folder of pictures may say what is in them: [{"file", "qr": true or false, "text": text or null}, …].
Compared are zxing-wasm's plain pass, here and in the decode thread (the difference is the hand-over), and zxing-cpp as the
system has it, zbar and OpenCV, each if it is installed.

  --random         paints random door sessions instead and tells how soon each code is read, and from how far
  --count N        so many sessions (200)
  --seed N         of the sessions (1)
  --size WxH       of their pictures, pixels; may be given again (1280x720 and 1920x1080)
  --fov DEG        how wide the camera sees, for the reach (64)
  --jobs N         so many processes paint and read (1)
  --misses FOLDER  puts the frames of missed codes there, to be looked at
  --look-ms N      what extra looks may cost a frame on average (10)
  --json           prints JSON instead of tables
  --help           prints this
`;

/** What the command line asks for. */
export interface Wanted {
  paths: string[];
  help: boolean;
  json: boolean;
  random: boolean;
  count: number;
  seed: number;
  sizes: { width: number; height: number }[];
  fovDeg: number;
  jobs: number;
  lookMs: number;
  missesDir?: string;
}

/** Throws PosternError('bench-input') for what it does not understand. */
export function wantedOf(args: readonly string[]): Wanted {
  const { values, positionals } = parsed(args);
  const sizes = values.size ?? ['1280x720', '1920x1080'];
  return {
    paths: positionals, help: values.help, json: values.json, random: values.random,
    count: whole('count', values.count, 1, 100_000), seed: whole('seed', values.seed, 0, 2 ** 32 - 1),
    sizes: sizes.map(sizeOf), fovDeg: whole('fov', values.fov, 10, 150), jobs: whole('jobs', values.jobs, 1, 64),
    lookMs: whole('look-ms', values['look-ms'], 0, 1_000),
    ...(values.misses !== undefined && { missesDir: values.misses }),
  };
}

function parsed(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args], allowPositionals: true,
      options: {
        help: { type: 'boolean', default: false }, json: { type: 'boolean', default: false }, random: { type: 'boolean', default: false },
        count: { type: 'string', default: '200' }, seed: { type: 'string', default: '1' }, size: { type: 'string', multiple: true },
        fov: { type: 'string', default: '64' }, jobs: { type: 'string', default: '1' }, 'look-ms': { type: 'string', default: '10' }, misses: { type: 'string' },
      },
    });
  } catch (thrown) {
    throw new PosternError('bench-input', `${(thrown as Error).message.split('.', 1)[0]}. Run it with --help to see what there is.`, { cause: thrown });
  }
}

function whole(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (text === '' || !Number.isInteger(value) || value < least || value > most) {
    throw new PosternError('bench-input', `--${name} ${text} cannot be used. It is a whole number from ${least} to ${most}.`);
  }
  return value;
}

function sizeOf(text: string): { width: number; height: number } {
  const [, width, height] = /^(\d{3,4})x(\d{3,4})$/.exec(text) ?? [];
  if (width === undefined || height === undefined) throw new PosternError('bench-input', `--size ${text} cannot be used. It is like 1280x720.`);
  return { width: Number(width), height: Number(height) };
}
