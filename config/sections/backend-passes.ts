import { z } from 'zod';
import { isLoopback } from '../fields.ts';

/** Browsers give keys to pages of a secure context only (https, or http of this machine): elsewhere a web pass could not be opened. */
export const publicUrl = z.string().max(2048)
  .refine(isPlainUrl, 'must be a URL that begins with https:// and has no user, query or fragment')
  .refine((url) => !isPlainUrl(url) || isSecure(new URL(url)), 'must begin with https://: a browser opens a pass on a secure page only (http:// is for this machine only)')
  .meta({ allowed: 'an https:// URL, or http:// on this machine', example: 'https://access.example.org' });

function isPlainUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const url = new URL(text);
  return ['http:', 'https:'].includes(url.protocol) && url.username === '' && url.password === '' && url.search === '' && url.hash === '';
}

function isSecure(url: URL): boolean {
  return url.protocol === 'https:' || isLoopback(url.hostname);
}
