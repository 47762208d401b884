import { codeOptions } from '../code-options.ts';
import type { PassWords } from './pass-request.ts';
import { placeOptions } from './pass-place.ts';

/** The options that say what a pass shall be: those of `postern issue`, and whom it is for. */
export const passOptions = {
  ...placeOptions,
  ...codeOptions,
  name: { type: 'string' },
  email: { type: 'string' },
  zone: { type: 'string' },
} as const;

export const passOptionsHelp = `
What it shall be:
  --for DURATION    how long it is valid: 30m, 8h, 7d; at least 60s, at most 31 days
  --name NAME       whom it is for
  --door DOOR       the door it opens, by its name or RUUID (default: the config's, or the only one there is)
  --from TIME       when it begins, as 2026-12-24T08:00 by the clocks in --zone, or with its own offset (default: at once)
  --zone ZONE       the visitor's time zone, as Europe/Berlin: what is written on the pass is in it (default: this machine's)
  --uses N          how often it opens, 1 to 65535 (default: as often as one likes)
  --grace SECONDS   with --uses: coming back to the same door within this time counts once, 1 to 300
  --hours NAME      only within this schedule of the door
  --extended        releases the door for its extended time
  --rotating        the code changes every 15 s and is shown by one phone: a link then, never a picture
  --principal TEXT  on whose behalf, for the backend's audit log

Who makes it:
  --config FILE     a door's config with backend.url and backend.adminKeyFile (default: config/demo.yaml once the demo is
                    prepared), or a backend's config, together with --key-file
  --url URL         the backend, in place of the config's
  --key-file FILE   file with an API key that may issue, in place of the config's
  --ca-file FILE    certificates of an authority of your own that the backend's is from
  --root-keys FILE  root public keys the backend's keys must be signed with (default: those of a door's config; without
                    any the backend is taken at its word)
`;

/** What was said of the pass alone. */
export function passWords(values: PassWords): PassWords {
  const { name, email, for: duration, from, door, zone, uses, grace, hours, extended, rotating, principal } = values;
  return { name, email, for: duration, from, door, zone, uses, grace, hours, extended, rotating, principal };
}
