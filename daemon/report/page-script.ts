/**
 * The status page's script. It asks for status.json every 2 s and writes only text into the page, never markup.
 * When no answer comes it says so and greys what it has: an old "locked" must not look like a present one.
 */
export const pageScript = `
'use strict';
const STATES = {
  'locked': ['Locked', 'good'], 'released': ['Released', 'warn'], 'open': ['Open', 'warn'], 'held-open': ['Held open', 'bad'],
  'forced': ['Forced open', 'bad'], 'passage': ['Free passage', 'warn'], 'lockdown': ['Lockdown', 'bad'], 'fire': ['Released for fire', 'bad'],
  'fault': ['Lock fault', 'bad'],
};
const CLOCKS = {
  verified: 'The clock agrees with the issuer.', rtc: 'The clock runs on the board\\'s battery.',
  floor: 'The clock is not sure: it may be late.', suspect: 'The clock is far ahead of what is known; it is not believed.',
};
const PART_MARKS = { ok: ['\\u2713', 'good', 'in order'], degraded: ['!', 'warn', 'impaired'], down: ['\\u2715', 'bad', 'down'] };
const OUTCOME_MARKS = { granted: ['\\u2713', 'good', 'let in'], denied: ['\\u2715', 'bad', 'denied'], unavailable: ['?', 'warn', 'no answer'] };

const byId = (id) => document.getElementById(id);
const element = (tag, className, text) => Object.assign(document.createElement(tag), { className, textContent: text });

function span(ms) {
  const s = Math.max(0, Math.round(ms / 1000));
  if (s < 90) return s + ' s';
  if (s < 5400) return Math.round(s / 60) + ' min';
  if (s < 129600) return Math.round(s / 3600) + ' h';
  return Math.round(s / 86400) + ' days';
}

function row(mark, text, detail, when) {
  const [sign, colour, label] = mark;
  const li = document.createElement('li');
  const badge = element('span', 'mark ' + colour, sign);
  badge.setAttribute('role', 'img');
  badge.setAttribute('aria-label', label);
  const body = element('span', 'body', text);
  if (detail) body.append(element('span', 'quiet', detail));
  li.append(badge, body, element('time', '', when));
  return li;
}

function show(status) {
  const { door, nowMs } = status;
  const [state, colour] = STATES[door.state] ?? [door.state, 'warn'];
  document.title = state + ' \\u2013 ' + door.name;
  byId('name').textContent = door.name;
  byId('state').textContent = state;
  byId('state').className = 'state ' + colour;
  const contact = { open: 'The door stands open.', closed: 'The door is closed.', absent: 'No door contact is wired.' }[door.contact];
  byId('door').textContent = contact + ' Relay ' + (door.relay === 'rest' ? 'at rest.' : 'energised.') + (door.rex === 'active' ? ' Someone asks to exit.' : '');
  byId('hint').textContent = status.hint ? 'A code is held up and not read. ' + status.hint.text : '';
  byId('hint').hidden = !status.hint;
  const parts = Object.entries(status.parts).map(([name, part]) => {
    const mark = PART_MARKS[part.state];
    return row(mark, name, part.reason || mark[2], 'for ' + span(nowMs - part.sinceMs));
  });
  byId('parts').replaceChildren(...parts);
  const attempts = status.attempts.map((attempt) => {
    const time = new Date(attempt.atMs).toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', second: '2-digit' });
    return row(OUTCOME_MARKS[attempt.outcome], attempt.text, attempt.token && 'code ' + attempt.token + '\\u2026', time);
  });
  byId('attempts').replaceChildren(...(attempts.length > 0 ? attempts : [element('li', 'quiet', 'Nobody has come yet.')]));
  byId('clock').textContent = CLOCKS[status.clock] ?? status.clock;
  byId('about').textContent = 'Postern ' + status.version + ', running for ' + span(nowMs - status.startedAtMs);
}

async function refresh() {
  let isLost = false;
  try {
    const response = await fetch('status.json', { cache: 'no-store', signal: AbortSignal.timeout(4000) });
    if (!response.ok) throw new Error(String(response.status));
    show(await response.json());
  } catch {
    isLost = true;
    document.title = 'No answer from the door';
  }
  byId('lost').hidden = !isLost;
  document.body.classList.toggle('stale', isLost);
  setTimeout(refresh, 2000);
}
refresh();
`;
