import type { IncomingMessage } from 'node:http';

/**
 * The network address a request comes from. Of a request from this machine it is the one that a proxy here appended last
 * to `X-Forwarded-For`; from anywhere else that header is anybody's to write and is not looked at.
 */
export function addressOf(request: IncomingMessage): string {
  const peer = request.socket.remoteAddress ?? '';
  if (!/^(127\.|::1$|::ffff:127\.)/.test(peer)) return peer;
  const forwarded = request.headers['x-forwarded-for'];
  const last = (Array.isArray(forwarded) ? forwarded.join(',') : forwarded ?? '').split(',').at(-1)?.trim() ?? '';
  return /^[0-9a-fA-F.:]{2,45}$/.test(last) ? last : peer;
}
