import { domainToASCII } from 'node:url';
import { PosternError } from '../../base/errors.ts';

export interface MailAddress {
  /** As shown; may be empty. */
  name: string;
  /** Local part and domain, the domain in ASCII (RFC 5890). */
  address: string;
}

/** A dot-atom (RFC 5322 §3.2.3): what providers hand out. Quoted local parts are legal and never seen. */
const LOCAL = /^[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+(\.[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+)*$/;
const DOMAIN = /^(?=.{1,253}$)([A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+[A-Za-z0-9]([A-Za-z0-9-]{0,61}[A-Za-z0-9])?$/;

/** The address in `text`, an international domain in ASCII; undefined when it is none, or has anything beside one address. */
export function mailAddress(text: string): string | undefined {
  const parts = text.trim().split('@');
  const [local = '', domain = ''] = parts;
  if (parts.length !== 2 || local.length > 64 || !LOCAL.test(local)) return undefined;
  if (/[^\p{L}\p{M}\p{N}.-]/u.test(domain)) return undefined;
  const ascii = domainToASCII(domain);
  return DOMAIN.test(ascii) && !/^[\d.]+$/.test(ascii) ? `${local}@${ascii}` : undefined;
}

/** `Name <address>` or `address`, as an option or the config has it. Throws PosternError('usage'). */
export function mailbox(text: string, what: string): MailAddress {
  const [, name = '', inner] = /^([^<>]*)<([^<>]+)>$/.exec(text.trim()) ?? [];
  const address = mailAddress(inner ?? text);
  if (address === undefined || /\p{Cc}/u.test(name)) throw new PosternError('usage', `${what} must be an e-mail address, or: Name <address>.`);
  return { name: name.trim().replace(/^"(.*)"$/, '$1'), address };
}
