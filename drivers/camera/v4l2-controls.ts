/** A control of a video device, in the device's own units. */
export interface Control {
  name: string;
  min: number;
  max: number;
  step: number;
  default: number;
  value: number;
  /** What a menu offers, by number; of other kinds nothing. */
  items: number[];
}

/** `exposure_time_absolute 0x009a0902 (int)    : min=3 max=2047 step=1 default=250 value=333 flags=inactive` */
const CONTROL = /^\s*(\w{1,64})(?: 0x[\da-f]{8})? \((int|bool|menu) *\) *: (.*)$/;
/** Below a menu: `				1: Manual Mode`. */
const ITEM = /^\s+(\d{1,9}): /;
const FIELD = /(?:^| )(min|max|step|default|value)=(-?\d{1,15})(?= |$)/g;
/** One that is inactive can be set, once what governs it is set to manual. */
const FIXED = /\bflags=[\w, -]*\bread-only\b/;

/**
 * The controls in what `v4l2-ctl --list-ctrls-menus` prints (v4l-utils 1.22 to 1.32), by name. What cannot be understood
 * or has no value is left out.
 */
export function controlsIn(text: string): Map<string, Control> {
  const controls = new Map<string, Control>();
  let above: Control | undefined;
  for (const line of text.split('\n')) {
    const item = ITEM.exec(line)?.[1];
    if (item !== undefined) {
      above?.items.push(Number(item));
      continue;
    }
    above = controlOf(line);
    if (above) controls.set(above.name, above);
  }
  return controls;
}

function controlOf(line: string): Control | undefined {
  const [, name, kind, rest = ''] = CONTROL.exec(line) ?? [];
  if (name === undefined || FIXED.test(rest)) return undefined;
  const told: Partial<Record<string, number>> = kind === 'bool' ? { min: 0, max: 1 } : {};
  for (const [, field = '', number] of rest.matchAll(FIELD)) told[field] = Number(number);
  const { min, max, value, default: byDefault, step = 1 } = told;
  if (min === undefined || max === undefined || value === undefined || byDefault === undefined) return undefined;
  return { name, min, max, step: Math.max(1, step), default: byDefault, value, items: [] };
}
