import { createInterface } from 'node:readline/promises';
import { PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';

/**
 * Has a person agree to what cannot be taken back; `--yes` agrees beforehand. Rejects PosternError('not-confirmed') when the
 * answer is no, or when nobody can be asked.
 */
export async function mustBeConfirmed(what: string, { yes }: { yes?: boolean | undefined }, { err, isTty }: CommandIo): Promise<void> {
  if (yes) return;
  if (!isTty || !process.stdin.isTTY) throw new PosternError('not-confirmed', `${what} Nothing was changed. To do it without being asked pass --yes.`);
  const asking = createInterface({ input: process.stdin, output: err });
  const answer = await asking.question(`${what} Go on? (y/N) `).finally(() => asking.close());
  if (!/^y(es)?$/i.test(answer.trim())) throw new PosternError('not-confirmed', 'Nothing was changed.');
}
