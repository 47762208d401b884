/** Browser script: the calls to the backend, and the clock that its answers correct. */
export const scriptServer = String.raw`
/** How far this phone's clock is behind the server's, milliseconds, and whether an answer of this visit said so. */
const clock = { offsetMs: 0, isChecked: false };
const nowMs = () => Date.now() + clock.offsetMs;
const SLOW_ANSWER_MS = 5000;

/** The answer, or {problem: code of the refusal | 'offline'}. */
async function ask(id, what, body) {
  const askedMs = Date.now();
  try {
    const response = await fetch('../api/postern/passes/' + id + '/' + what, {
      method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body), cache: 'no-store', credentials: 'omit', signal: AbortSignal.timeout(15000),
    });
    const answer = await response.json();
    if (!response.ok) return { problem: answer.code ?? 'offline' };
    setClock(answer.serverTimeMs, askedMs, Date.now());
    return answer;
  } catch {
    return { problem: 'offline' };
  }
}

/** The server read its clock about half-way; an answer that took long says little. */
function setClock(serverMs, askedMs, heardMs) {
  if (heardMs < askedMs || heardMs - askedMs > SLOW_ANSWER_MS) return;
  clock.offsetMs = Math.round(serverMs - (askedMs + heardMs) / 2);
  clock.isChecked = true;
}

const base64url = {
  of: (buffer) => btoa(String.fromCharCode(...new Uint8Array(buffer))).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', ''),
  bytes: (text) => Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (c) => c.charCodeAt(0)),
};

const WRAPPING = { name: 'RSA-OAEP', modulusLength: 2048, publicExponent: new Uint8Array([1, 0, 1]), hash: 'SHA-256' };

/** What is asked with is kept before it is sent, so that the same key can ask again when the answer was lost. */
async function prepared(id, secret, facts) {
  const before = await kept.get(id);
  if (before?.secret === secret) return before;
  const record = { id, secret, stage: 'asked', ...(facts.rotating ? await newKey() : {}) };
  await kept.put(record);
  return record;
}

/** Its private half never leaves the browser's own store. */
async function newKey() {
  const keyPair = await crypto.subtle.generateKey(WRAPPING, false, ['wrapKey', 'unwrapKey']);
  const spki = await crypto.subtle.exportKey('spki', keyPair.publicKey);
  return { keyPair, publicKey: base64url.of(spki), device: base64url.of(await crypto.subtle.digest('SHA-256', spki)) };
}

/** Takes the pass onto this device; the pass as it is kept, or {problem}. */
async function take(id, secret, offered) {
  const record = await prepared(id, secret, offered).catch(() => ({ problem: 'storage' }));
  if (record.problem) return record;
  const answer = await ask(id, 'take', { secret, publicKey: record.publicKey });
  if (answer.problem) return answer;
  const key = answer.wrappedKey === null ? undefined
    : await crypto.subtle.unwrapKey('raw', base64url.bytes(answer.wrappedKey), record.keyPair.privateKey, WRAPPING, { name: 'HMAC', hash: 'SHA-256', length: 256 }, false, ['sign']);
  const { code, wrappedKey, serverTimeMs, ...facts } = answer;
  const pass = { id, secret, stage: 'kept', device: record.device, code, key, facts, offsetMs: clock.offsetMs, seenMs: nowMs(), checkedMs: nowMs() };
  await kept.put(pass);
  return pass;
}
`;
