import type { Permission, Session, Status } from '../api.ts';

/** What is not offered, as whoever looks for it would call it, and who has it. */
const offers: { needs: Permission; what: string; whose: 'operators' | 'admins' }[] = [
  { needs: 'unlock', what: 'unlock', whose: 'operators' },
  { needs: 'lock-down', what: 'lock down', whose: 'operators' },
  { needs: 'passage', what: 'start passage', whose: 'operators' },
  { needs: 'end-lockdown', what: 'end a lockdown', whose: 'admins' },
  { needs: 'issue-passes', what: 'issue passes', whose: 'admins' },
  { needs: 'installer-mode', what: 'test the lock', whose: 'admins' },
];

/** Why buttons that one might look for are not there; empty when all are. */
export function explanation({ user, may, canLogIn, loginHint }: Session, status: Status): string {
  if (!user) return canLogIn ? 'You can look without a login. Pictures, and whatever changes something, need one.' : `You can look. Nobody can log in yet. ${loginHint ?? ''}`.trim();
  return [withheld(user.role, may, status), ...notNow(may, status)].filter((sentence) => sentence !== '').join(' ');
}

function withheld(role: string, may: Permission[], { issuesPasses }: Status): string {
  const missing = offers.filter(({ needs }) => !may.includes(needs) && (needs !== 'issue-passes' || issuesPasses));
  const groups = (['operators', 'admins'] as const).map((whose) => ({ whose, what: missing.filter((offer) => offer.whose === whose).map(({ what }) => what) })).filter(({ what }) => what.length > 0);
  return groups.length === 0 ? '' : `You are logged in as ${role}. Only ${groups.map(({ whose, what }) => `${whose} ${series(what)}`).join('; only ')}.`;
}

function notNow(may: Permission[], { door, lockdown, installerMode }: Status): string[] {
  const reasons: string[] = [];
  if (may.includes('unlock')) {
    if (lockdown) reasons.push('Unlocking is off while the lockdown stands.');
    else if (door.state === 'fault') reasons.push('Unlocking is off until the lock relay answers again.');
    else if (door.state === 'fire' || door.state === 'passage') reasons.push('The door is unlocked already.');
  }
  if (may.includes('test-pulse') && !lockdown && !installerMode) reasons.push('The test pulse is there in installer mode and in lockdown.');
  return reasons;
}

function series(words: string[]): string {
  return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words.at(-1)}`;
}
