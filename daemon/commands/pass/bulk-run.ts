import { Backoff } from '../../base/backoff.ts';
import { sleep, systemClock } from '../../base/clock.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';
import type { Attendee } from './attendee.ts';
import type { Batch, RowOutcome } from './batch.ts';
import { BulkProgress } from './bulk-progress.ts';
import { ResultsFile } from './results-file.ts';

export interface BulkRunOptions {
  batch: Batch;
  people: Attendee[];
  /** The results file. */
  out: string;
  pictures: string;
  io: CommandIo;
}

/** A backend that is being restarted is waited for. */
const WAIT_FOR_BACKEND_MS = 60_000;
/** So many mails in a row that the server did not take: it is not there. */
const MOST_UNREACHABLE = 3;

/** Works through a batch until it is done, interrupted, or the backend or the mail server is gone. Resolves to the exit code. */
export async function runBatch(options: BulkRunOptions): Promise<number> {
  const { batch, people, out, io } = options;
  const results = await ResultsFile.begin(out, batch.known(people));
  const stop = new AbortController();
  const interrupted = (): void => stop.abort();
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, interrupted);
  try {
    const failed = await allRows(options, results, stop.signal);
    return tellEnd(options, failed, stop.signal.aborted);
  } finally {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.off(signal, interrupted);
    results.close();
    tellStrays(batch, people, io);
  }
}

/** How many rows failed. Rejects PosternError when going on makes no sense. */
async function allRows({ batch, people, io }: BulkRunOptions, results: ResultsFile, stop: AbortSignal): Promise<number> {
  const progress = new BulkProgress(io, people.length);
  let failed = 0;
  let unreachable = 0;
  try {
    for (const person of people) {
      if (batch.isSettled(person)) {
        const isUnknown = batch.isUnknown(person);
        if (isUnknown) failed++;
        progress.row(!isUnknown);
        continue;
      }
      const outcome = await withBackend(() => batch.row(person), stop);
      if (!outcome) return failed;
      results.append(outcome.result);
      progress.row(!outcome.fault);
      if (outcome.fault) failed++;
      unreachable = outcome.fault?.code === 'mail-unreachable' ? unreachable + 1 : 0;
      if (unreachable === MOST_UNREACHABLE && outcome.fault) throw goOn(outcome.fault);
    }
  } finally {
    progress.end();
  }
  return failed;
}

/** Tries a row until the backend answers; undefined when it was interrupted. Rejects PosternError when the backend stays away. */
async function withBackend(row: () => Promise<RowOutcome>, stop: AbortSignal): Promise<RowOutcome | undefined> {
  const backoff = new Backoff({ firstMs: 500, maxMs: 8_000 });
  const untilMs = systemClock.monotonicMs() + WAIT_FOR_BACKEND_MS;
  while (!stop.aborted) {
    try {
      return await row();
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      if (!thrown.transient || thrown.code === 'storage' || systemClock.monotonicMs() > untilMs) throw goOn(thrown);
      await sleep(systemClock, backoff.nextMs(), stop);
    }
  }
  return undefined;
}

function goOn(fault: PosternError): PosternError {
  return new PosternError(fault.code, `${messageOf(fault)} Run the same command again to go on from here.`, { cause: fault });
}

function tellEnd({ people, out, pictures, io }: BulkRunOptions, failed: number, isInterrupted: boolean): number {
  if (isInterrupted) {
    io.out.write(`Interrupted. What was done is in ${out}; run the same command again to go on from there.\n`);
    return 1;
  }
  io.out.write(`${people.length - failed} of ${people.length} passes are made${failed === 0 ? '' : `, ${failed} rows failed: see the column error`}. Results: ${out}  Pictures: ${pictures}\n`);
  return failed === 0 ? 0 : 1;
}

/** A row that was changed or taken off the list keeps its code until somebody revokes it. */
function tellStrays(batch: Batch, people: Attendee[], { err }: CommandIo): void {
  const strays = batch.strays(people);
  if (strays.length === 0) return;
  err.write(`${strays.length} codes were issued for rows that are not on the list any more (changed, or taken off). They are valid. To revoke them: postern revoke ${strays.slice(0, 10).map(({ tokenId }) => tokenId).join(' ')}${strays.length > 10 ? ' …' : ''}\n`);
}
