import type { parseArgs, ParseArgsConfig } from 'node:util';
import type { Backend } from '../../backend/backend.ts';
import type { CommandIo } from '../command.ts';
import type { BackendPlace } from './place.ts';

type Options = NonNullable<ParseArgsConfig['options']>;
type ValuesOf<O extends Options> = ReturnType<typeof parseArgs<{ options: O }>>['values'];

/** What a verb is run with. */
export interface Asked<Values> {
  backend: Backend;
  place: BackendPlace;
  values: Values;
  /** The words after the verb. */
  names: string[];
  io: CommandIo;
}

/** One verb of `postern backend`. */
export interface BackendVerb {
  name: string;
  /** What follows its name and where the backend is. */
  usage: string;
  /** A sentence or two. */
  about: string;
  /** Beside --config, --dir, --host and --port. */
  options: Options;
  /** Whether words that are no options may follow. */
  takesNames: boolean;
  /** Resolves to the exit code where it is not 0. */
  run(asked: Asked<Record<string, unknown>>): Promise<number | void> | number | void;
}

type Definition<O extends Options> = Pick<BackendVerb, 'name' | 'usage' | 'about'> & {
  options?: O;
  takesNames?: boolean;
  run(asked: Asked<ValuesOf<O>>): Promise<number | void> | number | void;
};

/** Types a verb by its own options and lets the table hold it beside the others. */
export function backendVerb<const O extends Options = Record<never, never>>(definition: Definition<O>): BackendVerb {
  return { options: {}, takesNames: false, ...definition };
}
