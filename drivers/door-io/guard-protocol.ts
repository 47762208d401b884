import type { RelayLevel } from './relay-line.ts';

/**
 * The protocol of the relay guard [S1]. One line an order, one line an answer, words parted by single spaces.
 *
 *     energise <id> <leaseMs> <sentAtMs>   energise until leaseMs after sentAtMs; replaces the running lease
 *     rest <id>                            rest, and end the lease
 *     level <id>                           read the level
 *
 *     <id> energised|rest                  the level, read back after the order
 *     <id> late                            the order was sent over 1 s ago, and dropped
 *     <id> failed <sentence>               the line could not be written or read, or the order not understood
 *     0 rest|energised                     unasked: the guard is ready, or a lease has ended
 *     0 failed <sentence>                  unasked: it cannot run, could not end a lease, or heard what is no order
 *
 * Times are milliseconds on CLOCK_MONOTONIC and may have decimals. Ids count up from 1. A closed pipe means: rest, and end.
 * A relay that does not rest is told to again every 50 ms; that is told once, and when it does rest. A sentence may begin with
 * the system's name of an error, as in `EBUSY: line 17 is held by "lirc"`.
 */
export type Verb = 'energise' | 'rest' | 'level';

export interface Answer {
  id: string;
  result: string;
  sentence: string;
}

export function orderText(verb: Verb, id: string, leaseMs: number | undefined, sentAtMs: number): string {
  return leaseMs === undefined ? `${verb} ${id}` : `${verb} ${id} ${leaseMs} ${sentAtMs}`;
}

export function answerFrom(text: string): Answer {
  const [id = '', result = '', ...sentence] = text.split(' ');
  return { id, result, sentence: sentence.join(' ') };
}

export function levelIn({ result }: Answer): RelayLevel | undefined {
  return result === 'energised' || result === 'rest' ? result : undefined;
}

/** What is wrong with an answer, in a sentence, where `expected` is the level that would be right. */
export function wrongWith({ result, sentence }: Answer, expected: RelayLevel): string | undefined {
  if (result === expected) return undefined;
  switch (result) {
    case 'energised': return 'The relay reads energised although it was told to rest: its contacts may be welded, or something else drives its line.';
    case 'rest': return 'The relay reads at rest although it was energised: something else drives its line.';
    case 'late': return 'The order to energise reached the relay guard over 1 s late and was dropped.';
    default: return `The relay guard could not do as told: ${sentence || result}`;
  }
}
