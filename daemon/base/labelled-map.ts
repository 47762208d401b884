import type { CborKey, CborMap, CborValue } from './cbor.ts';
import { PosternError } from './errors.ts';

/** The integer under which each field of a record stands in its CBOR map, as CWT and COSE do it. */
export type Labels<Name extends string> = Readonly<Record<Name, number>>;

/** The map of a record's fields; those that are undefined are left out. */
export function mapOf<Name extends string>(labels: Labels<Name>, fields: { [N in NoInfer<Name>]?: CborValue | undefined }): CborMap {
  const map: CborMap = new Map();
  for (const name of Object.keys(labels) as Name[]) {
    const value = fields[name];
    if (value !== undefined) map.set(labels[name], value);
  }
  return map;
}

/**
 * The fields of a map by name, each absent or of any type. Throws PosternError: 'cbor-malformed' when `value` is no
 * map, 'signed-too-new' for a label that is not among `labels`, since what is not understood may restrict.
 */
export function fieldsOf<Name extends string>(value: CborValue, labels: Labels<Name>): { [N in Name]?: CborValue } {
  if (!(value instanceof Map)) throw new PosternError('cbor-malformed', 'A map was expected.');
  const nameOf = new Map<CborKey, Name>((Object.keys(labels) as Name[]).map((name) => [labels[name], name]));
  const fields: { [N in Name]?: CborValue } = {};
  for (const [label, field] of value) {
    const name = nameOf.get(label);
    if (!name) throw new PosternError('signed-too-new', `The label ${label} is not known here: update this door.`);
    fields[name] = field;
  }
  return fields;
}
