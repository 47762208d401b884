import { createHmac } from 'node:crypto';

/**
 * The headers of a webhook. A receiver computes HMAC-SHA256 with the shared secret over the timestamp, a dot and the body
 * as it came, compares in constant time, and refuses a timestamp more than 5 minutes from its own clock: a recorded request
 * cannot be played again later. Within those minutes, and after a retry, it knows a repeated alert by its `x-postern-id`.
 */
export function webhookHeaders(secret: Uint8Array, { id, body, nowMs }: { id: string; body: string; nowMs: number }): Record<string, string> {
  const timestamp = String(Math.floor(nowMs / 1000));
  const signature = createHmac('sha256', secret).update(`${timestamp}.${body}`).digest('hex');
  return { 'x-postern-id': id, 'x-postern-timestamp': timestamp, 'x-postern-signature': `v1=${signature}` };
}
