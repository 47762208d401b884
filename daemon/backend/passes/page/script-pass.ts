/** Browser script: the flow. A link is looked at, taken by a tap, kept; from then on the pass is shown, with or without a connection. */
export const scriptPass = String.raw`
const CHECK_EVERY_MS = 60000;
/** Half a step either way is what the door forgives beside the network's own time. */
const CLOCK_TOLERANCE_MS = 5000;
const large = byId('large');
let shown = { text: undefined, second: undefined };
let wakeLock;

/** What the pass is at this moment: pure. */
function stateOf(pass, atMs) {
  const { facts } = pass;
  if (facts.status === 'revoked') return { text: T.revoked, colour: 'bad', hasCode: false };
  if (atMs >= Date.parse(facts.expiresAt)) return { text: fill(T.expired, { until: moment(Date.parse(facts.expiresAt)) }), colour: 'bad', hasCode: false };
  if (facts.status === 'suspended') return { text: T.suspended, colour: 'bad', hasCode: false };
  if (facts.notBefore && atMs < Date.parse(facts.notBefore)) return { text: fill(T.notYet, { from: moment(Date.parse(facts.notBefore)) }), colour: 'warn', hasCode: false };
  return { text: T.valid, colour: 'good', hasCode: true };
}

/** What to say of a clock that no answer of this visit has checked. */
function clockWarning(pass) {
  if (clock.isChecked) return '';
  if (nowMs() < pass.seenMs - CLOCK_TOLERANCE_MS) return T.clockBack;
  return pass.key && Math.abs(pass.offsetMs) > CLOCK_TOLERANCE_MS ? fill(T.clockOff, { seconds: Math.round(Math.abs(pass.offsetMs) / 1000) }) : '';
}

function warn(text) {
  const warning = byId('warning');
  if (warning.textContent !== text) warning.textContent = text;
  warning.hidden = text === '';
}

async function refresh(pass) {
  const atMs = nowMs();
  const state = stateOf(pass, atMs);
  say(state.text, state.colour);
  warn(state.hasCode ? clockWarning(pass) : '');
  byId('card').hidden = byId('show').hidden = byId('how').hidden = !state.hasCode;
  if (!state.hasCode) return blank();
  const text = await textAt(pass, atMs);
  if (text !== shown.text) redraw(text);
  countDown(pass, atMs);
}

function redraw(text) {
  shown.text = text;
  const card = byId('card');
  draw(byId('code'), text, Math.min(card.clientWidth - 8, 440));
  if (large.open) draw(byId('large-code'), text, Math.min(window.innerWidth - 16, window.innerHeight - 220));
}

function blank() {
  shown.text = undefined;
  document.querySelectorAll('canvas').forEach(wipe);
  if (large.open) large.close();
}

function countDown(pass, atMs) {
  byId('bar').hidden = !pass.key;
  if (!pass.key) return;
  const leftMs = STEP_MS - (atMs % STEP_MS);
  const second = Math.ceil(leftMs / 1000);
  if (second === shown.second) return;
  shown.second = second;
  byId('next').textContent = byId('large-next').textContent = fill(T.next, { seconds: second });
  byId('bar-left').style.transform = 'scaleX(' + leftMs / STEP_MS + ')';
}

/** Asks whether the pass was revoked, and sets the clock by the way. What is heard is kept for when there is no connection. */
async function check(pass) {
  if (document.visibilityState === 'hidden') return;
  const answer = await ask(pass.id, 'look', { secret: pass.secret, device: pass.device });
  // The server forgets a pass some days after its end; that changes nothing here.
  if (answer.problem) return;
  const { serverTimeMs, ...facts } = answer;
  Object.assign(pass, { facts, offsetMs: clock.offsetMs, seenMs: nowMs(), checkedMs: nowMs() });
  await kept.put(pass).catch(() => undefined);
  showFacts(byId('facts'), { ...facts, checkedMs: pass.checkedMs });
  await refresh(pass);
}

async function showPass(pass) {
  history.replaceState(null, '', location.pathname);
  clock.offsetMs = clock.isChecked ? clock.offsetMs : pass.offsetMs;
  showDoor(pass.facts);
  showFacts(byId('facts'), { ...pass.facts, checkedMs: pass.checkedMs });
  byId('picture').hidden = !pass.key;
  only('pass');
  byId('show').onclick = () => showLarge(pass);
  const tick = () => refresh(pass).finally(() => setTimeout(tick, 250));
  window.addEventListener('resize', () => { shown.text = undefined; });
  window.addEventListener('online', () => check(pass));
  document.addEventListener('visibilitychange', () => { check(pass); keepAwake(); });
  setInterval(() => check(pass), CHECK_EVERY_MS);
  await tick();
  await check(pass);
}

/** White to the edges and the screen kept on. How bright it is no page can set. */
function showLarge(pass) {
  large.showModal();
  shown.text = undefined;
  refresh(pass);
  keepAwake();
}

async function keepAwake() {
  if (!large.open || document.visibilityState === 'hidden') return;
  wakeLock = await navigator.wakeLock?.request('screen').catch(() => undefined);
}

byId('close').onclick = () => large.close();
large.addEventListener('close', () => { wakeLock?.release(); wakeLock = undefined; wipe(byId('large-code')); });
byId('retry').onclick = () => location.reload();

async function offer(id, secret, facts) {
  showDoor(facts);
  showFacts(byId('offer-facts'), facts);
  const state = stateOf({ facts }, nowMs());
  const isOver = facts.status === 'revoked' || nowMs() >= Date.parse(facts.expiresAt);
  say(isOver || facts.status === 'suspended' ? state.text : '', state.colour);
  byId('offer-kind').textContent = facts.rotating ? T.takeChanging : T.takeFixed;
  only(isOver ? '' : 'offer');
  byId('take').onclick = () => tapped(id, secret, facts);
}

async function tapped(id, secret, facts) {
  const button = byId('take');
  button.disabled = true;
  button.textContent = T.taking;
  const pass = await take(id, secret, facts);
  button.disabled = false;
  button.textContent = T.take;
  if (pass.stage === 'kept') {
    // Without it a browser may drop what is kept when the phone runs out of room.
    navigator.storage?.persist?.().catch(() => undefined);
    return showPass(pass);
  }
  if (pass.problem === 'offline' || pass.problem === 'too-many-calls') return say(fill(T.takeFailed, { why: pass.problem === 'offline' ? T.noConnection : T.tooOften }), 'bad');
  if (pass.problem === 'pass-expired' || pass.problem === 'pass-revoked') return location.reload();
  showProblem(pass.problem);
}

async function showList() {
  const passes = await kept.all().catch(() => []);
  only('list');
  say('');
  const items = passes.filter((pass) => pass.stage === 'kept').map((pass) => {
    const item = document.createElement('li');
    item.append(Object.assign(element('a', pass.facts.doorNames.join(', ') + ', ' + moment(Date.parse(pass.facts.expiresAt))), { href: pass.id }));
    return item;
  });
  byId('passes').replaceChildren(...(items.length > 0 ? items : [element('li', T.listEmpty)]));
}

async function start() {
  if (!window.isSecureContext || !crypto.subtle || !window.indexedDB) return showProblem('insecure');
  navigator.serviceWorker?.register('worker.js').catch(() => undefined);
  const id = location.pathname.split('/').pop();
  if (id === '') return showList();
  const own = await kept.get(id).catch(() => undefined);
  if (own?.stage === 'kept') return showPass(own);
  const secret = location.hash.slice(1) || own?.secret || '';
  if (!/^[A-Za-z0-9_-]{43}$/.test(secret)) return showProblem('incomplete');
  const facts = await ask(id, 'look', { secret, device: own?.device });
  if (facts.problem) return showProblem(facts.problem);
  await offer(id, secret, facts);
}

await start();
`;
