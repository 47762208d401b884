import type { Json } from './json-schemas.ts';

/** By path, by method. */
export type Paths = Record<string, Record<string, Json & { responses: Record<string, Json> }>>;

export interface SharedResponses {
  paths: Paths;
  /** By name, for `components.responses`. */
  responses: Record<string, Json>;
}

/** Of each status of a refusal, the answer that most operations have is written once and referred to; any other stands with its operation. */
export function withSharedResponses(paths: Paths, nameOf: (status: string) => string): SharedResponses {
  const responses: Record<string, Json> = {};
  for (const [status, answers] of Object.entries(answersByStatus(paths))) {
    if (Number(status) < 400) continue;
    const most = mostFrequent(answers);
    if (most) responses[nameOf(status)] = most;
  }
  const refer = (status: string, answer: Json): Json => same(responses[nameOf(status)], answer) ? { $ref: `#/components/responses/${nameOf(status)}` } : answer;
  return { responses, paths: mapped(paths, (operations) => mapped(operations, (one) => ({ ...one, responses: mapped(one.responses, (answer, status) => refer(status, answer)) }))) };
}

function answersByStatus(paths: Paths): Record<string, Json[]> {
  const answers: Record<string, Json[]> = {};
  for (const operation of Object.values(paths).flatMap((operations) => Object.values(operations))) {
    for (const [status, answer] of Object.entries(operation.responses)) (answers[status] ??= []).push(answer);
  }
  return answers;
}

/** Undefined when no two are the same. */
function mostFrequent(answers: Json[]): Json | undefined {
  const times = (answer: Json): number => answers.filter((other) => same(other, answer)).length;
  const most = answers.reduce<Json | undefined>((best, answer) => best && times(best) >= times(answer) ? best : answer, undefined);
  return most && times(most) > 1 ? most : undefined;
}

function same(one: Json | undefined, other: Json): boolean {
  return JSON.stringify(one) === JSON.stringify(other);
}

function mapped<From, To>(record: Record<string, From>, change: (value: From, name: string) => To): Record<string, To> {
  return Object.fromEntries(Object.entries(record).map(([name, value]) => [name, change(value, name)]));
}
