import type { SmtpConfig } from '../../../config/sections/backend-smtp.ts';
import { smtp as smtpSchema } from '../../../config/sections/backend-smtp.ts';
import { PosternError } from '../../base/errors.ts';

/** How a command is told of a mail server; each goes before the config's. */
export const mailOptions = {
  'smtp-host': { type: 'string' },
  'smtp-port': { type: 'string' },
  'smtp-security': { type: 'string' },
  'smtp-user': { type: 'string' },
  'smtp-password-file': { type: 'string' },
  'mail-from': { type: 'string' },
  'reply-to': { type: 'string' },
} as const;

export type MailWords = { [Name in keyof typeof mailOptions]?: string | undefined };

const OPTION: Record<string, string> = { host: '--smtp-host', port: '--smtp-port', security: '--smtp-security', user: '--smtp-user', passwordFile: '--smtp-password-file', from: '--mail-from', replyTo: '--reply-to' };
const DEFAULT_PORTS: Record<string, number> = { tls: 465 };

/** The mail server's settings: the options over those of the config. Throws PosternError('usage') that names the option. */
export function smtpSettings(words: MailWords, config: SmtpConfig | undefined): SmtpConfig {
  const named = Object.entries({
    host: words['smtp-host'], port: words['smtp-port'] === undefined ? undefined : Number(words['smtp-port']), security: words['smtp-security'],
    user: words['smtp-user'], passwordFile: words['smtp-password-file'], from: words['mail-from'], replyTo: words['reply-to'],
  }).filter(([, value]) => value !== undefined);
  const settings = { ...config, ...Object.fromEntries(named) } as Partial<SmtpConfig>;
  if (settings.host === undefined) throw new PosternError('usage', 'Say which server takes the mail: --smtp-host, or an smtp section in the config of the backend (--config).');
  if (settings.from === undefined) throw new PosternError('usage', 'Say whom the mail comes from: --mail-from "Reception <reception@example.org>".');
  const port = settings.port ?? DEFAULT_PORTS[settings.security ?? ''];
  const parsed = smtpSchema.safeParse({ ...settings, ...(port !== undefined && { port }) });
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const option = OPTION[String(issue?.path[0])] ?? '--smtp-host';
  throw new PosternError('usage', `${option}: ${issue?.message ?? 'is not right'}.`);
}
