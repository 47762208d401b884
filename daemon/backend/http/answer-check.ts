import { z } from 'zod';
import { ApiError } from '../../base/http/api-error.ts';
import { commonRefusals } from './common-refusals.ts';
import type { Call, Endpoint, Upload } from './endpoint.ts';

/** For tests, which serve with `checkAnswers`: what the API document does not promise becomes a failure. */

/** Throws ApiError(500 'answer-bad') unless the answer, as it will be sent, fits the schema of its call. */
export function checkAnswer(endpoint: Call | Upload, answer: unknown): void {
  const parsed = endpoint.result.safeParse(JSON.parse(JSON.stringify(answer)));
  if (parsed.success) return;
  throw new ApiError(500, 'answer-bad', `The answer of ${endpoint.path} does not fit its schema: ${z.prettifyError(parsed.error)}.`);
}

/** Throws ApiError(500 'refusal-unknown') unless the refusal is one of the endpoint's own or one of the common ones. */
export function checkRefusal(endpoint: Endpoint, { status, code, message }: ApiError): void {
  const known = [...endpoint.refusals ?? [], ...commonRefusals(endpoint)];
  if (known.some((refusal) => refusal.status === status && refusal.code === code)) return;
  if (status === 500) return;
  throw new ApiError(500, 'refusal-unknown', `${endpoint.path} refuses with ${status} ${code}, which its refusals do not name: ${message}`);
}
