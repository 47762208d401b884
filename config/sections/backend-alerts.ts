import { z } from 'zod';
import { filePath, isLoopback, whole } from '../fields.ts';
import { timeZone } from './door.ts';
import { schedule } from './schedule.ts';

const enabled = z.boolean().default(true).describe('Whether the rule is used.');

export const alerts = z.strictObject({
  lateAfterH: whole(1, 168).default(6).describe('What happened longer ago than this when it becomes known, at a door that was offline, is stored and marked late, and no webhook is sent.'),
  coolDownS: whole(60, 604_800).default(3_600).describe('The same alert about the same door or code is raised once within this.'),
  denialsInARow: z.strictObject({
    enabled,
    count: whole(2, 100).default(6).describe('So many denials at one door, no grant between them, raise the alert.'),
    windowS: whole(10, 86_400).default(120).describe('The time within which they come.'),
  }).prefault({}).describe('Somebody tries codes.'),
  codeAtTwoDoors: z.strictObject({
    enabled,
    minTravelS: whole(5, 3_600).default(30).describe('The shortest time in which anybody gets from one door to another.'),
  }).prefault({}).describe('One code is shown at two doors so quickly that it must have been copied.'),
  useOutOfHours: z.strictObject({
    enabled,
    count: whole(2, 100).default(3).describe('One code denied for its hours so often raises the alert.'),
    windowH: whole(1, 168).default(24).describe('The time within which that is.'),
    timeZone: timeZone.default('UTC').describe('The time zone of siteHours.'),
    siteHours: schedule.exactOptional().describe('Hours of the site: every grant outside them raises the alert; absent: none does.').meta({ example: { weekly: { mon: ['06:00-22:00'], tue: ['06:00-22:00'] }, exceptions: [] } }),
  }).prefault({}).describe('A code is used out of hours.'),
  expiredCodeKeepsTrying: z.strictObject({
    enabled,
    count: whole(2, 100).default(5).describe('An expired code shown so often raises the alert.'),
    windowH: whole(1, 168).default(24).describe('The time within which that is.'),
  }).prefault({}).describe('Somebody goes on with an expired code.'),
  overspent: z.strictObject({ enabled }).prefault({}).describe('A code was used more often than it may be, because a door could not ask.'),
  logRewritten: z.strictObject({ enabled }).prefault({}).describe('A door\'s log does not follow from what it uploaded before: log-rewritten, log-gap, log-restarted.'),
  doorSilent: z.strictObject({
    enabled,
    afterS: whole(360, 604_800).default(900).describe('A door that has uploaded before is not heard of for this long. One at which nothing happens tells every five minutes that it is there.'),
  }).prefault({}).describe('A door is not heard of any more.'),
});

/** As `alertNames` of the backend; a test holds the two together. */
const names = ['denials-in-a-row', 'code-at-two-doors', 'use-out-of-hours', 'expired-code-keeps-trying', 'overspent', 'log-rewritten', 'log-gap', 'log-restarted', 'door-silent'] as const;

const receiver = z.string().max(2_048)
  .refine(isReceiver, 'must begin with https:// (http:// is for this machine only) and have no user and no fragment: over plain http an alert could be read, and kept back, on the way')
  .meta({ allowed: 'an https:// URL, or http:// on this machine' });

export const webhooks = z.array(z.strictObject({
  url: receiver.describe('Where alerts are POSTed as JSON. Any address may be named, a private one too: it is your own choice. Redirects are refused.'),
  secretFile: filePath().describe('File with a secret of at least 16 characters that the receiver has, too; read anew for each sending. x-postern-signature is v1= and the hex HMAC-SHA256 with it over x-postern-timestamp, a dot and the body; refuse a timestamp more than 300 s from your clock, and know a repeated alert by x-postern-id.'),
  alerts: z.array(z.enum(names)).min(1).exactOptional().describe('Which alerts; absent: all.'),
}))
  .max(20).default([]).describe('Receivers of alerts, each sent to by itself. What is not taken with a 2xx status is tried again for 24 hours.')
  .meta({ example: [{ url: 'https://guard.example.org/postern', secretFile: 'webhook.secret', alerts: ['denials-in-a-row', 'log-rewritten'] }] });

function isReceiver(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, hash } = new URL(text);
  return (protocol === 'https:' || (protocol === 'http:' && isLoopback(hostname))) && username === '' && password === '' && hash === '';
}
