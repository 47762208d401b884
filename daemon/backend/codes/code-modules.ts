import { encode } from 'uqr';
import { messageOf } from '../../base/errors.ts';
import type { Modules } from './code-png.ts';
import { penaltyOf } from './mask-penalty.ts';

/** Level M: a code that is a sixth covered or torn still reads. */
const FORM = { ecc: 'M', boostEcc: false, border: 0 } as const;
const MASKS = 8;

/** Per version, for each mask the modules in which a code under it differs from the same code under mask 0. */
const differencesOf = new Map<number, Uint8Array[]>();

/**
 * The modules of a text's QR code, under the mask that makes it easiest to read. It is encoded once: from mask to mask the
 * same modules of a version change, whatever the text, so that the encoder's own search would make it eight times over.
 */
export function codeModules(text: string): Modules {
  const { version, size: side, data } = encoded(text);
  const under0 = flat(data);
  let best = { modules: under0, penalty: Infinity };
  for (const difference of differences(version)) {
    const modules = under0.map((module, at) => module ^ (difference[at] as number));
    const penalty = penaltyOf(modules, side);
    if (penalty < best.penalty) best = { modules, penalty };
  }
  return { data: best.modules, side };
}

function encoded(text: string): ReturnType<typeof encode> {
  try {
    return encode(text, { ...FORM, maskPattern: 0 });
  } catch (thrown) {
    throw new Error(`no QR code for a text of ${text.length} characters: ${messageOf(thrown)}`, { cause: thrown });
  }
}

function differences(version: number): Uint8Array[] {
  const known = differencesOf.get(version);
  if (known) return known;
  const under = Array.from({ length: MASKS }, (_, maskPattern) => flat(encode('', { ...FORM, maskPattern, minVersion: version, maxVersion: version }).data));
  const made = under.map((modules) => modules.map((module, at) => module ^ (under[0]?.[at] as number)));
  differencesOf.set(version, made);
  return made;
}

/** Row by row, 1 for true. */
function flat(rows: boolean[][]): Uint8Array {
  const side = rows.length;
  const bytes = new Uint8Array(side * side);
  rows.forEach((row, i) => row.forEach((value, j) => value && (bytes[i * side + j] = 1)));
  return bytes;
}
