import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Direction, Edge, Options, ValueCallback } from 'onoff';
import type { GpioClass, GpioPin } from '../../../drivers/door-io/gpio-pin.ts';

/**
 * A tree of files like `/sys/class/gpio`, and onoff's `Gpio` on it, by hand: raw levels in the files, `active_low` applied
 * by reads and writes of values, `high` and `low` raw, failures swallowed on a line that is exported already.
 * Files make its faults: `refuse` (an error code), `gpioN/stuck` (a raw level), `gpioN/direction-fixed`, `gpioN/active_low-fixed`.
 */
export class FakeSysfs {
  readonly root: string;
  /** Every raw level that an output was driven to, in order. */
  readonly driven: number[] = [];
  readonly #watchers = new Map<number, ValueCallback>();

  constructor(root: string) {
    this.root = root;
  }

  addChip(label: string, base: number, lines = 54): void {
    const dir = join(this.root, `gpiochip${base}`);
    mkdirSync(dir, { recursive: true });
    for (const [file, text] of Object.entries({ label, base, ngpio: lines })) writeFileSync(join(dir, file), `${text}\n`);
  }

  put(file: string, text: string): void {
    writeFileSync(join(this.root, file), text);
  }

  export(gpio: number): void {
    mkdirSync(this.#line(gpio), { recursive: true });
    for (const [file, text] of Object.entries({ direction: 'in', value: '0', active_low: '0' })) this.put(`gpio${gpio}/${file}`, text);
  }

  isExported(gpio: number): boolean {
    return existsSync(this.#line(gpio));
  }

  read(gpio: number, file: string): string {
    return readFileSync(join(this.#line(gpio), file), 'utf8').trim();
  }

  raw(gpio: number): number {
    return Number(existsSync(join(this.#line(gpio), 'stuck')) ? this.read(gpio, 'stuck') : this.read(gpio, 'value'));
  }

  /** What a contact or button does to its line. */
  drive(gpio: number, raw: 0 | 1): void {
    if (this.raw(gpio) === raw) return;
    this.put(`gpio${gpio}/value`, String(raw));
    this.#watchers.get(gpio)?.(null, this.logical(gpio));
  }

  logical(gpio: number): 0 | 1 {
    return (this.raw(gpio) ^ Number(this.read(gpio, 'active_low'))) as 0 | 1;
  }

  output(gpio: number, raw: number): void {
    this.driven.push(raw);
    this.put(`gpio${gpio}/value`, String(raw));
  }

  watch(gpio: number, callback: ValueCallback): void {
    this.#watchers.set(gpio, callback);
  }

  unwatch(gpio: number): void {
    this.#watchers.delete(gpio);
  }

  get Gpio(): GpioClass {
    // eslint-disable-next-line @typescript-eslint/no-this-alias -- onoff's class knows its tree by a constant; this one is told here.
    const sysfs = this;
    return class extends FakeGpio {
      constructor(gpio: number, direction: Direction, edge?: Edge, options: Options = {}) {
        super(sysfs, gpio, direction, edge, options);
      }
    };
  }

  #line(gpio: number): string {
    return join(this.root, `gpio${gpio}`);
  }
}

class FakeGpio implements GpioPin {
  readonly #sysfs: FakeSysfs;
  readonly #gpio: number;

  constructor(sysfs: FakeSysfs, gpio: number, direction: Direction, _edge: Edge | undefined, options: Options) {
    this.#sysfs = sysfs;
    this.#gpio = gpio;
    const code = existsSync(join(sysfs.root, 'refuse')) ? readFileSync(join(sysfs.root, 'refuse'), 'utf8') : undefined;
    if (code !== undefined) throw Object.assign(new Error(`${code}: refused`), { code });
    if (!sysfs.isExported(gpio)) sysfs.export(gpio);
    const isFixed = existsSync(join(sysfs.root, `gpio${gpio}`, 'active_low-fixed'));
    if (typeof options.activeLow === 'boolean' && !isFixed) sysfs.put(`gpio${gpio}/active_low`, options.activeLow ? '1' : '0');
    this.#setDirection(direction);
  }

  readSync(): 0 | 1 {
    return this.#sysfs.logical(this.#gpio);
  }

  writeSync(value: 0 | 1): void {
    this.#sysfs.output(this.#gpio, value ^ Number(this.#sysfs.read(this.#gpio, 'active_low')));
  }

  direction(): Direction {
    return this.#sysfs.read(this.#gpio, 'direction') as Direction;
  }

  activeLow(): boolean {
    return this.#sysfs.read(this.#gpio, 'active_low') === '1';
  }

  watch(callback: ValueCallback): void {
    this.#sysfs.watch(this.#gpio, callback);
  }

  /** The files stay, for the test to look at. */
  unexport(): void {
    this.#sysfs.unwatch(this.#gpio);
  }

  #setDirection(direction: Direction): void {
    if (existsSync(join(this.#sysfs.root, `gpio${this.#gpio}`, 'direction-fixed'))) return;
    this.#sysfs.put(`gpio${this.#gpio}/direction`, direction === 'in' ? 'in' : 'out');
    if (direction !== 'in') this.#sysfs.output(this.#gpio, direction === 'high' ? 1 : 0);
  }
}
