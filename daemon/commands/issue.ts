import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { z } from 'zod';
import type { Config } from '../../config/schema.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { BackendClient } from './backend-client.ts';
import { codeOptions } from './code-options.ts';
import type { Command } from './command.ts';
import { openConfig } from './config-file.ts';
import { durationS } from './duration.ts';

const options = {
  ...codeOptions,
  config: { type: 'string' },
  out: { type: 'string' },
  json: { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

const answerSchema = z.object({ accessTokenUuid: z.string(), qrCode: z.base64(), expiresAt: z.string(), doorUuid: z.string() });

export const issueCommand: Command = {
  name: 'issue',
  summary: 'Issues a code and writes its picture',
  help: `Usage: postern issue --for DURATION [options]

Has the backend that the config names issue a code, and writes its QR code as a PNG.

  --config FILE     config with backend.url and backend.adminKeyFile (default: config/demo.yaml once the demo is prepared)
  --for DURATION    how long it is valid: 30m, 24h, 7d; at least 60s, at most 31 days
  --door UUID       the door it opens (default: the config's)
  --from TIME       when it begins, as 2026-12-24T08:00:00+01:00 (default: at once)
  --uses N          how often it opens, 1 to 65535 (default: as often as one likes)
  --grace SECONDS   with --uses: coming back to the same door within this time counts once, 1 to 300
  --hours NAME      only within this schedule of the door
  --extended        releases the door for its extended time
  --rotating        the code shown must change every 15 s: for a live pass, not for a picture
  --principal TEXT  on whose behalf, for the backend's audit log
  --out FILE        where the picture goes (default: postern-ID.png here); a file that is there is not overwritten
  --json            prints {"tokenId", "doorUuid", "expiresAt", "file"}

The picture is a key: whoever has it comes in.

Exit codes: 0 issued; 2 wrong usage, or the backend refused or could not be reached.
`,
  async run(args, { out }) {
    const { values } = parseArgs({ args, options });
    const config = openConfig(values.config);
    const request = requestOf(values, config);
    const answer = await BackendClient.of(config).call('/api/accesscontrol/qr/generateQRAccessCode', request, answerSchema);
    const { accessTokenUuid: tokenId, doorUuid, expiresAt } = answer;
    const file = values.out ?? `postern-${tokenId}.png`;
    writePicture(file, Buffer.from(answer.qrCode, 'base64'), tokenId);
    out.write(values.json
      ? `${JSON.stringify({ tokenId, doorUuid, expiresAt, file })}\n`
      : `Code ${tokenId} for door ${doorUuid}, valid until ${expiresAt}.\nIts picture: ${file}\nTo revoke it: postern revoke ${tokenId}\n`);
    return 0;
  },
};

function requestOf(values: Values, config: Config): object {
  if (values.for === undefined) throw new PosternError('usage', 'Say how long the code is valid: --for 24h.');
  if (values.out !== undefined && existsSync(values.out)) throw new PosternError('usage', `There is a file ${values.out} already. Nothing was issued.`);
  const door = values.door ?? config.door.uuid;
  if (door === config.door.uuid) mustHaveSchedule(config, values.hours);
  return {
    accessControlledDoorUuid: door,
    validDurationSec: durationS(values.for, '--for'),
    notBefore: values.from === undefined ? undefined : momentOf(values.from),
    maxUses: wholeNumber(values.uses, '--uses'),
    reentryGraceSec: wholeNumber(values.grace, '--grace'),
    hours: values.hours,
    extended: values.extended || undefined,
    rotating: values.rotating || undefined,
    auditPrincipal: values.principal,
  };
}

/** A schedule the door does not have would make a code that never opens. */
function mustHaveSchedule(config: Config, hours: string | undefined): void {
  if (hours === undefined || Object.hasOwn(config.door.schedules, hours)) return;
  const names = Object.keys(config.door.schedules).join(', ');
  throw new PosternError('usage', `The door has no schedule "${hours}". ${names === '' ? 'The config defines none.' : `It has: ${names}.`}`);
}

function momentOf(text: string): string {
  if (!/^\d{4}-\d{2}-\d{2}T\d{2}:\d{2}/.test(text) || Number.isNaN(Date.parse(text))) throw new PosternError('usage', '--from takes a time like 2026-12-24T08:00:00+01:00.');
  return new Date(text).toISOString();
}

function wholeNumber(text: string | undefined, option: string): number | undefined {
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw new PosternError('usage', `${option} takes a whole number.`);
  return Number(text);
}

function writePicture(file: string, png: Uint8Array, tokenId: string): void {
  try {
    writeFileSync(file, png, { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    throw new PosternError('picture', `The code ${tokenId} was issued, but its picture cannot be written: ${messageOf(thrown)}. Revoke it (postern revoke ${tokenId}) and issue another.`, { cause: thrown });
  }
}
