import { chmodSync, existsSync, mkdirSync, mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export type StandInMood =
  | 'works'
  /** Takes a third of a second for each setting. */
  | 'slow'
  /** Never ends, whatever it is called for. */
  | 'hangs'
  /** Lists, and never ends when it is to set something. */
  | 'hangs-setting'
  /** Lists, and may set nothing. */
  | 'forbids'
  /** Lists, gives the mode, and may not set an exposure. */
  | 'forbids-exposing'
  | 'busy'
  | 'gone'
  /** Prints what `say` gave it, without end or error. */
  | 'says';

/** A control as a camera has it: kind, least, most, step, default. */
type Row = readonly [name: string, kind: 'int' | 'bool' | 'menu', min: number, max: number, step: number, byDefault: number];

const USER: Row[] = [['brightness', 'int', 0, 255, 1, 128], ['power_line_frequency', 'menu', 0, 2, 1, 2]];
const CAMERAS = {
  /** A UVC camera under a kernel of today. */
  'of today': [...USER, ['gain', 'int', 0, 255, 1, 64], ['auto_exposure', 'menu', 0, 3, 1, 3], ['exposure_time_absolute', 'int', 3, 2_047, 1, 250], ['exposure_dynamic_framerate', 'bool', 0, 1, 1, 0], ['pan_absolute', 'int', -36_000, 36_000, 3_600, 0]],
  /** Under an older one, which gave the controls other names. */
  'of old': [...USER, ['gain', 'int', 0, 100, 1, 0], ['exposure_auto', 'menu', 0, 3, 1, 3], ['exposure_absolute', 'int', 5, 5_000, 5, 155], ['exposure_auto_priority', 'bool', 0, 1, 1, 0]],
  /** No gain, and a mode that is 0 where it is automatic. */
  'without gain': [...USER, ['auto_exposure', 'menu', 0, 3, 1, 0], ['exposure_time_absolute', 'int', 1, 10_000, 1, 156]],
  'with automatic gain': [...USER, ['gain', 'int', 16, 63, 1, 16], ['gain_automatic', 'bool', 0, 1, 1, 1], ['auto_exposure', 'menu', 0, 3, 1, 3], ['exposure_time_absolute', 'int', 1, 10_000, 1, 156]],
  /** As vivid, the kernel's virtual camera. */
  'without exposure': [...USER, ['gain', 'int', 0, 255, 1, 100], ['gain_automatic', 'bool', 0, 1, 1, 1]],
} as const satisfies Record<string, readonly Row[]>;

const IDS: Record<string, string> = {
  brightness: '0x00980900', gain_automatic: '0x00980912', gain: '0x00980913', power_line_frequency: '0x00980918', auto_exposure: '0x009a0901', exposure_auto: '0x009a0901',
  exposure_time_absolute: '0x009a0902', exposure_absolute: '0x009a0902', exposure_dynamic_framerate: '0x009a0903', exposure_auto_priority: '0x009a0903', pan_absolute: '0x009a0908',
};
/** What a call finds where the exposure is automatic. */
const SET_BY_HAND = /^exposure_(time_)?absolute$/;

/** As `print_qctrl` of v4l2-ctl prints (v4l-utils 1.22); `@name@` stands for the value. */
function listingOf(rows: readonly Row[]): string {
  const lines = rows.map(([name, kind, min, max, step, byDefault]) => {
    const head = `${name.padStart(31)} ${IDS[name]} ${`(${kind})`.padEnd(9)}: `;
    const flags = SET_BY_HAND.test(name) ? '@inactive@' : '';
    if (kind === 'bool') return `${head}default=${byDefault} value=@${name}@`;
    if (kind === 'int') return `${head}min=${min} max=${max} step=${step} default=${byDefault} value=@${name}@${flags}`;
    const isMode = name !== 'power_line_frequency';
    const items = !isMode ? ['0: Disabled', '1: 50 Hz', '2: 60 Hz'] : byDefault === 0 ? ['0: Auto Mode', '1: Manual Mode'] : ['1: Manual Mode', '3: Aperture Priority Mode'];
    return [`${head}min=${min} max=${max} default=${byDefault} value=@${name}@`, ...items.map((item) => `\t\t\t\t${item}`)].join('\n');
  });
  const user = lines.filter((line) => /0x0098/.test(line));
  const camera = lines.filter((line) => /0x009a/.test(line));
  return `\nUser Controls\n\n${user.join('\n')}\n${camera.length > 0 ? `\nCamera Controls\n\n${camera.join('\n')}\n` : ''}`;
}

/**
 * Plays v4l2-ctl's part: its listing, what it says when it fails and how it ends then, and a camera that keeps what is set.
 * As of a UVC camera, an exposure cannot be set while it is automatic.
 */
const SCRIPT = `#!/bin/sh
dir=DIR
shift 2
echo "$*" >> "$dir/calls"
fail() { echo "VIDIOC_S_EXT_CTRLS: failed: $1"; echo "Error setting controls: $1" >&2; exit 255; }
hang() { while :; do sleep 1; done; }
mood=$(cat "$dir/mood")
case $mood in
  hangs) hang ;;
  gone) echo 'Cannot open device /dev/null, exiting.' >&2; exit 1 ;;
  says) exec cat "$dir/said" ;;
esac
mode=$(cat "$dir/values/auto_exposure" "$dir/values/exposure_auto" 2>/dev/null)
if [ "$1" = --list-ctrls-menus ]; then
  [ "$mode" = 1 ] && inactive= || inactive=' flags=inactive'
  edit="s/@inactive@/$inactive/"
  for file in "$dir"/values/*; do
    name=\${file##*/} value=$(cat "$file")
    case $name=$value in
      auto_exposure=0) value='0 (Auto Mode)' ;;
      auto_exposure=1|exposure_auto=1) value='1 (Manual Mode)' ;;
      auto_exposure=3|exposure_auto=3) value='3 (Aperture Priority Mode)' ;;
    esac
    edit="$edit;s/@$name@/$value/"
  done
  exec sed "$edit" "$dir/listing"
fi
case $mood in
  slow) sleep 0.3 ;;
  hangs-setting) hang ;;
  busy) fail 'Device or resource busy' ;;
  forbids) fail 'Permission denied' ;;
  forbids-exposing) case $2 in *absolute=*) fail 'Permission denied' ;; esac ;;
esac
pairs=$(echo "$2" | tr , ' ')
for pair in $pairs; do
  [ -f "$dir/values/\${pair%%=*}" ] || { echo "unknown control '\${pair%%=*}'" >&2; exit 1; }
  case $pair in auto_exposure=*|exposure_auto=*) mode=\${pair#*=} ;; esac
done
for pair in $pairs; do
  case $pair in *_absolute=*) [ "$mode" = 1 ] || fail 'Permission denied' ;; esac
  echo "\${pair#*=}" > "$dir/new" && mv "$dir/new" "$dir/values/\${pair%%=*}"
done
`;

/** A program that plays v4l2-ctl's part, and the camera behind it. */
export class StandInV4l2Ctl {
  readonly dir = mkdtempSync(join(tmpdir(), 'postern-v4l2-ctl-'));
  /** To be given to a driver in v4l2-ctl's place; `dir` can stand on PATH too. */
  readonly command = join(this.dir, 'v4l2-ctl');

  constructor(camera: keyof typeof CAMERAS, mood: StandInMood = 'works') {
    const rows: readonly Row[] = CAMERAS[camera];
    mkdirSync(join(this.dir, 'values'));
    for (const [name, , , , , byDefault] of rows) this.put(name, byDefault);
    writeFileSync(join(this.dir, 'listing'), listingOf(rows));
    writeFileSync(this.command, SCRIPT.replace('DIR', this.dir));
    chmodSync(this.command, 0o755);
    this.set(mood);
  }

  set(mood: StandInMood): void {
    writeFileSync(join(this.dir, 'mood'), mood);
  }

  say(text: string): void {
    writeFileSync(join(this.dir, 'said'), text);
    this.set('says');
  }

  put(control: string, value: number): void {
    writeFileSync(join(this.dir, 'values', control), `${value}\n`);
  }

  value(control: string): number {
    return Number(readFileSync(join(this.dir, 'values', control), 'utf8'));
  }

  /** What it was called for, in order, without the device: `--set-ctrl gain=3`. */
  calls(): string[] {
    const file = join(this.dir, 'calls');
    return existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  }

  /** Ids of the processes that play it now, whose children ever they are. */
  running(): string[] {
    return readdirSync('/proc').filter((pid) => {
      try {
        return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').includes(this.command);
      } catch {
        // It has ended meanwhile.
        return false;
      }
    });
  }

  clear(): void {
    rmSync(this.dir, { recursive: true });
  }
}
