import { readFileSync } from 'node:fs';
import { messageOf, PosternError } from '../../base/errors.ts';

const MIN_BYTES = 16;
const MAX_BYTES = 4_096;

/** The shared secret of a webhook: the file's bytes without the white space around them. Throws PosternError('webhook-secret'). */
export function readWebhookSecret(path: string): Uint8Array {
  let secret: string;
  try {
    secret = readFileSync(path, 'latin1').trim();
  } catch (thrown) {
    throw new PosternError('webhook-secret', `The webhook's secret ${path} cannot be read (${messageOf(thrown)}). Put at least ${MIN_BYTES} random characters into it, for this user to read.`, { cause: thrown, transient: true });
  }
  if (secret.length < MIN_BYTES || secret.length > MAX_BYTES) {
    throw new PosternError('webhook-secret', `The webhook's secret ${path} has ${secret.length} bytes; it needs ${MIN_BYTES} to ${MAX_BYTES}. Make one with "openssl rand -hex 32".`);
  }
  return Buffer.from(secret, 'latin1');
}
