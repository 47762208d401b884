import { texts } from './texts.ts';

/** Browser script: writes text into the page, never markup. */
export const scriptView = String.raw`
const T = ${JSON.stringify(texts)};
const byId = (id) => document.getElementById(id);
const fill = (text, values) => text.replace(/\{(\w+)\}/g, (_, name) => values[name]);
const locale = navigator.language?.startsWith('en') ? navigator.language : 'en-GB';
const moment = (ms) => new Intl.DateTimeFormat(locale, { weekday: 'short', day: 'numeric', month: 'long', year: 'numeric', hour: '2-digit', minute: '2-digit', timeZoneName: 'short' }).format(ms);
const timeOfDay = (ms) => new Intl.DateTimeFormat(locale, { hour: '2-digit', minute: '2-digit' }).format(ms);

/** Announced to screen readers when it changes, and only then: never with the code. */
function say(text, colour) {
  const state = byId('state');
  if (state.textContent !== text) state.textContent = text;
  state.className = colour ?? '';
}

function only(id) {
  for (const section of document.querySelectorAll('section')) section.hidden = section.id !== id;
}

function showFacts(list, facts) {
  const rows = [
    facts.notBefore && [T.from, moment(Date.parse(facts.notBefore))],
    [T.until, moment(Date.parse(facts.expiresAt))],
    [T.zone, Intl.DateTimeFormat().resolvedOptions().timeZone],
    facts.maxUses && [T.uses, facts.maxUses === 1 ? T.once : fill(T.times, { count: facts.maxUses })],
    'checkedMs' in facts && [T.checked, facts.checkedMs ? fill(T.checkedAt, { time: timeOfDay(facts.checkedMs) }) : T.checkedNever],
  ].filter(Boolean);
  list.replaceChildren(...rows.flatMap(([name, value]) => [element('dt', name), element('dd', value)]));
}

function element(tag, text) {
  return Object.assign(document.createElement(tag), { textContent: text });
}

function showDoor(facts) {
  const door = facts.doorNames.join(', ');
  byId('door').textContent = door;
  byId('door').hidden = false;
  document.title = door + ' – ' + T.title;
  for (const canvas of document.querySelectorAll('canvas')) canvas.setAttribute('aria-label', fill(facts.rotating ? T.codeChanging : T.codeFixed, { door }));
}

const PROBLEMS = {
  'pass-taken': [T.endedTitle, T.ended], 'pass-unknown': [T.unknownTitle, T.unknown], 'incomplete': [T.incompleteTitle, T.incomplete],
  'insecure': [T.insecureTitle, T.insecure], 'storage': [T.storageTitle, T.storage],
};

function showProblem(problem) {
  const [title, text] = PROBLEMS[problem] ?? [T.offlineTitle, problem === 'too-many-calls' ? T.tooOften : T.offline];
  only('problem');
  say('');
  byId('problem-title').textContent = title;
  byId('problem-text').textContent = text;
  byId('retry').hidden = problem in PROBLEMS;
}
`;
