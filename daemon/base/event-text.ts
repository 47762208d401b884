import type { ClockTrust, EventDraft, ReleaseCause } from './events.ts';
import { hintText } from './scan-hint.ts';
import { denialText, unavailableText } from './verdict.ts';

/** What happened, in one line for a guard or an installer. No names, no token texts [S7]. */
export function eventText(event: EventDraft): string {
  switch (event.type) {
    case 'daemon-started': return event.cleanStop ? 'The daemon started.' : 'The daemon started; it had not been stopped properly.';
    case 'daemon-stopped': return `The daemon stopped: ${event.reason}.`;
    case 'access-asked': return `The backend was asked about token ${short(event.tokenId)}.`;
    case 'access-granted': return `Granted to token ${short(event.tokenId)}, ${event.source}.`;
    case 'access-denied': return `Denied${event.tokenId === undefined ? '' : ` to token ${short(event.tokenId)}`}: ${denialText[event.reason]}`;
    case 'access-unavailable': return `No verdict: ${unavailableText[event.cause]}`;
    case 'garbage-repeated': return `A code that no issuer signed was shown ${event.count} more times.`;
    case 'code-not-read': return `A code was held up for ${seconds(event.forMs)} and never read. What would have helped: ${hintText[event.reason]}`;
    case 'codes-not-read': return `${event.count} more times a code was held up and never read.`;
    case 'late-answer': return `The backend answered too late about token ${short(event.tokenId)}: ${event.answer}.`;
    case 'door-released': return `The door was released for ${seconds(event.forMs)} (${releaseText[event.cause]}${event.by === undefined ? '' : ` by ${event.by}`}).`;
    case 'door-relocked': return `The door was locked again (${relockText[event.why]}).`;
    case 'door-opened': return 'The door was opened.';
    case 'door-closed': return 'The door was closed.';
    case 'door-forced': return 'ALARM: the door was forced open.';
    case 'door-held-open-soon': return 'The door is still open.';
    case 'door-held-open': return 'ALARM: the door is held open.';
    case 'door-secured': return `The door is closed again after it was ${event.after === 'forced' ? 'forced' : 'held open'}.`;
    case 'exit-requested': return 'Someone asked to exit.';
    case 'rex-stuck': return 'ALARM: the request to exit is stuck.';
    case 'rex-freed': return 'The request to exit is free again.';
    case 'lockdown-started': return `Lockdown was started by ${event.by}.`;
    case 'lockdown-ended': return `Lockdown was ended by ${event.by}.`;
    case 'passage-started': return `Passage was started by ${event.by}, until ${moment(event.untilMs)}.`;
    case 'passage-ended': return `Passage ended (${event.why}).`;
    case 'tamper-started': return 'ALARM: the housing was opened, or its wire is cut.';
    case 'tamper-ended': return 'The housing is closed again.';
    case 'relay-failed': return `ALARM: the lock relay failed: ${event.detail}`;
    case 'relay-recovered': return 'The lock relay works again.';
    case 'command-refused': return `A command from afar was refused: ${event.command} (${event.reason}).`;
    case 'commands-refused': return `${event.count} more commands from afar were refused (${event.reason}).`;
    case 'picture-asked': return `A picture was asked for by ${event.by}.`;
    case 'evidence-stored': return `${event.pictures.length} pictures were kept.`;
    case 'evidence-failed': return `Pictures could not be kept: ${event.detail}`;
    case 'evidence-deleted': return `${event.files} pictures were deleted (${event.why}).`;
    case 'log-pruned': return `Events up to number ${event.throughSeq} were pruned.`;
    case 'user-logged-in': return `Someone logged in to the page as ${event.by}.`;
    case 'login-failed': return `A login to the page failed, from ${event.from}.`;
    case 'logins-failed': return `${event.count} more logins to the page failed, from ${event.from}.`;
    case 'installer-mode-started': return `Installer mode was started by ${event.by}, until ${moment(event.untilMs)}.`;
    case 'installer-mode-ended': return `Installer mode ended (${event.why}).`;
    case 'pass-issued': return `A pass was issued by ${event.by}: token ${short(event.tokenId)}.`;
    case 'key-set-accepted': return `Key set ${event.version} was accepted.`;
    case 'key-set-refused': return `A key set was refused: ${event.detail}`;
    case 'list-accepted': return `List ${event.version} with ${event.entries} codes was accepted.`;
    case 'list-refused': return `A list of codes was refused: ${event.detail}`;
    case 'list-stale': return 'ALARM: the list of codes is too old.';
    case 'clock-changed': return `The clock: ${clockText[event.trust]}.`;
    case 'part-failed': return `The ${event.part} failed: ${event.detail}`;
    case 'part-recovered': return `The ${event.part} works again.`;
    case 'alarm-raised': return `ALARM ${event.alarm}: ${event.detail}`;
    case 'alarm-cleared': return `The alarm ${event.alarm} is over.`;
  }
}

const releaseText: Record<ReleaseCause, string> = {
  token: 'a code', rex: 'a request to exit', command: 'a command', test: 'a test', schedule: 'by schedule', fire: 'fire',
};

const relockText: Record<Extract<EventDraft, { type: 'door-relocked' }>['why'], string> = {
  'time': 'the time was over',
  'opened': 'it was opened',
  'closed': 'it was closed',
  'lockdown': 'lockdown',
  'passage-ended': 'passage ended',
  'fire-ended': 'the fire alarm ended',
  'stopped': 'the daemon stops',
};

const clockText: Record<ClockTrust, string> = {
  verified: 'verified by the issuer',
  rtc: 'as the battery-backed clock says',
  floor: 'behind what is known, so it is not believed',
  suspect: 'far ahead of what is known, so it is not believed',
};

/** Enough of a token id to tell it from others by eye. */
function short(tokenId: string): string {
  return tokenId.length > 12 ? `${tokenId.slice(0, 8)}…` : tokenId;
}

function seconds(ms: number): string {
  return `${Number((ms / 1000).toFixed(1))} s`;
}

function moment(wallMs: number): string {
  return new Date(wallMs).toISOString().slice(0, 16).replace('T', ' ');
}
