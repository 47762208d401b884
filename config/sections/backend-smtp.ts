import { z } from 'zod';
import { about, filePath, isLoopback, port, whole } from '../fields.ts';

const mailbox = (): z.ZodString => z.string().min(3).max(320).regex(/^[^\p{Cc}]+$/u, 'must not contain control characters');

/** The mail server that takes the passes; used by `postern pass email` and `postern pass bulk --send`. */
export const smtp = z.strictObject({
  host: z.string().min(1).max(255).describe('The mail server that takes the mails.').meta({ allowed: 'a host name or address', example: 'mail.example.org' }),
  port: port().default(587).describe('Its port: 587 for starttls, 465 for tls as a rule.'),
  security: z.enum(['starttls', 'tls', 'none']).default('starttls').describe('How the connection is secured. starttls: it must change to TLS before anything is said; tls: TLS from the first byte; none: plain, to this machine only.'),
  from: mailbox().describe('Whom the mails come from.').meta({ allowed: 'an e-mail address, or: Name <address>', example: 'Reception <reception@example.org>' }),
  replyTo: mailbox().exactOptional().describe('Whom an answer goes to, where it is somebody else.').meta({ allowed: 'an e-mail address, or: Name <address>', example: 'host@example.org' }),
  user: z.string().min(1).max(255).exactOptional().describe('The name to log in with; needs passwordFile.').meta({ allowed: 'text', example: 'reception' }),
  passwordFile: filePath().exactOptional().describe('File with the password, readable by its owner only.').meta({ example: 'smtp.password' }),
  timeoutS: whole(1, 600).default(30).describe('How long the server may take for one step.'),
})
  .refine((it) => it.security !== 'none' || isLoopback(it.host), about(['security', 'host'], 'must not be none to another machine: a pass is a key, and whoever is on the way could copy it'))
  .refine((it) => (it.user === undefined) === (it.passwordFile === undefined), about(['passwordFile', 'user'], 'must be set together with user'))
  .refine((it) => it.user === undefined || it.security !== 'none', about(['user', 'security'], 'must not be set with security none: the password would go in plain'));

export type SmtpConfig = z.output<typeof smtp>;
