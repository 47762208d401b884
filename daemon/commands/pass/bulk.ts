import { basename, dirname, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { PosternError } from '../../base/errors.ts';
import { systemRandom } from '../../base/ids.ts';
import type { CommandIo } from '../command.ts';
import { attendees, type Attendee } from './attendee.ts';
import { COLUMNS, readAttendeeList } from './attendee-list.ts';
import { Batch } from './batch.ts';
import { BatchFiles } from './batch-files.ts';
import { BatchJournal } from './batch-journal.ts';
import { withBatchLock } from './batch-lock.ts';
import { runBatch } from './bulk-run.ts';
import { mailOptions, smtpSettings } from './mail-options.ts';
import { Mailer } from './mailer.ts';
import { ownZone } from './moment.ts';
import type { PassDesk } from './pass-desk.ts';
import { passOptions, passWords } from './pass-options.ts';
import { passPlace } from './pass-place.ts';
import { PassPost } from './pass-post.ts';
import { withDesk } from './with-desk.ts';

export const bulkHelp = `
A whole list (bulk):
  LIST.csv          its first line names the columns: name, email, and where a row differs from the options
                    ${COLUMNS.slice(2).join(', ')}. Commas, semicolons or tabs; UTF-8.
  --out FILE        the results: name,email,qr_code file,expires_at,access_token_uuid,error (default: LIST-results.csv)
  --pictures DIR    where the codes' pictures go, and the links of web passes (default: RESULTS-codes)
  --send            mails each pass
  --dry-run         tells what is wrong with which row; issues and mails nothing
  --resend-unknown  mails again the passes that were being handed over when it was interrupted, and may have arrived

Run the same command again to go on: no row gets a second code, none that was mailed is mailed again; rows that failed
are tried again, rows that were added are done. What was done is kept in RESULTS.state. A mail that was on its way when
the process was killed may have arrived or not: it is told as unknown and not sent again unless --resend-unknown.
`;

const options = {
  ...passOptions, ...mailOptions,
  out: { type: 'string' },
  pictures: { type: 'string' },
  link: { type: 'boolean', default: false },
  send: { type: 'boolean', default: false },
  'dry-run': { type: 'boolean', default: false },
  'resend-unknown': { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];

/** `postern pass bulk`: a pass for each row of a list. */
export async function bulkPasses(args: string[], io: CommandIo): Promise<number> {
  const { values, positionals: [list, ...extra] } = parseArgs({ args, allowPositionals: true, options });
  if (list === undefined || extra.length > 0) throw new PosternError('usage', 'Name one list: postern pass bulk attendees.csv --for 8h.');
  if (values.name !== undefined || values.email !== undefined) throw new PosternError('usage', 'Names and addresses come from the list: leave out --name and --email.');
  const { rows, unused } = readAttendeeList(list);
  if (unused.length > 0) io.err.write(`Columns that are not used: ${unused.join(', ')}\n`);
  const place = passPlace(values);
  const post = values.send ? postOf(values, place.smtp) : undefined;
  return withDesk(place, async (desk) => {
    const people = attendees(rows, passWords(values), values.send, (request) => desk.doorOf(request));
    return values['dry-run'] ? tellFaults(people, io) : batchOf(people, list, values, desk, post, io);
  });
}

function postOf(values: Values, config: Parameters<typeof smtpSettings>[1]): PassPost {
  const smtp = smtpSettings(values, config);
  return new PassPost(smtp, new Mailer(smtp));
}

function tellFaults(people: Attendee[], { out }: CommandIo): number {
  const faulty = people.flatMap(({ line, wanted }) => 'fault' in wanted ? [`line ${line}: ${wanted.fault}\n`] : []);
  out.write(`${faulty.join('')}${people.length - faulty.length} of ${people.length} rows are right. Nothing was issued.\n`);
  return faulty.length === 0 ? 0 : 1;
}

function batchOf(people: Attendee[], list: string, values: Values, desk: PassDesk, post: PassPost | undefined, io: CommandIo): Promise<number> {
  const stem = (file: string): string => join(dirname(file), basename(file, extname(file)));
  const out = values.out ?? `${stem(list)}-results.csv`;
  const pictures = values.pictures ?? `${stem(out)}-codes`;
  return withBatchLock(`${out}.state.lock`, async () => {
    const journal = BatchJournal.open(`${out}.state`, Buffer.from(systemRandom(9)).toString('base64url'), optionsText(values));
    const files = new BatchFiles(pictures);
    files.make();
    try {
      const batch = new Batch({ desk, journal, files, post, links: values.link, resendUnknown: values['resend-unknown'] });
      return await runBatch({ batch, people, out, pictures, io });
    } finally {
      journal.close();
    }
  });
}

/** The options that make the codes, as they would be typed: a batch goes on with the same only. */
function optionsText(values: Values): string {
  const { for: duration, from, door, zone = ownZone(), uses, grace, hours, extended, rotating, link, principal } = values;
  const said = { for: duration, from, door, zone, uses, grace, hours, extended, rotating, link, principal };
  return Object.entries(said).flatMap(([name, value]) => value === undefined || value === false ? [] : [value === true ? `--${name}` : `--${name} ${value}`]).join(' ');
}
