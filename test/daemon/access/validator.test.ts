import { suite } from 'uvu';
import * as assert from 'uvu/assert';
import type { TimeReading } from '../../../daemon/access/clock-trust.ts';
import type { OnlineAnswer } from '../../../daemon/access/online-answer.ts';
import type { OnlineQuestion } from '../../../daemon/access/online.ts';
import { Validator, type ValidatorOptions } from '../../../daemon/access/validator.ts';
import { VirtualClock } from '../../../daemon/base/clock.ts';
import { signerFromSeed } from '../../../daemon/base/ed25519.ts';
import { PosternError } from '../../../daemon/base/errors.ts';
import type { EventDraft } from '../../../daemon/base/events.ts';
import type { LogFields, Logger } from '../../../daemon/base/logger.ts';
import { rotatingKey, stepCodeOf, stepOf } from '../../../daemon/base/step-code.ts';
import type { ListEntry } from '../../../daemon/base/token-list-file.ts';
import type { TokenUses } from '../../../daemon/base/token-use.ts';
import { showingKey, signToken, withStepCode, type TokenClaims } from '../../../daemon/base/token.ts';
import type { Verdict } from '../../../daemon/base/verdict.ts';
import { MemoryState } from '../../support/memory-state.ts';
import { keySet, setKey } from './issuer-server.ts';
import { claims, DAY_S, ELSEWHERE, HERE, HOUR_S, listHead, listSigner, NOON_MS, NOON_S, policy, time, TOKEN_ID, tokenSigner, uses } from './situation.ts';

const test = suite('validator');
const tokenId = TOKEN_ID.toString('base64url');
const zoneMaster = Buffer.alloc(32, 9);
const listed: ListEntry = { id: TOKEN_ID, status: 'active', spent: 0 };
const forger = signerFromSeed(Buffer.alloc(32, 66));
const text = (changes: Partial<TokenClaims> = {}, signer = tokenSigner): string => signToken(claims(changes), signer);

/** A door in the everyday case; what a test changes in it holds from then on. */
class Situation {
  answer: (question: OnlineQuestion) => OnlineAnswer | Promise<OnlineAnswer> = () => ({ kind: 'unreachable', detail: '' });
  asked: OnlineQuestion[] = [];
  order: string[] = [];
  events: EventDraft[] = [];
  logged: string[] = [];
  uses: TokenUses = uses();
  listed: ListEntry | undefined = listed;
  time: TimeReading = time();
  lockdown = false;
  readonly state: MemoryState;
  readonly clock = new VirtualClock(NOON_MS);
  readonly validator: Validator;

  constructor(changes: Partial<ValidatorOptions> = {}, state = new MemoryState()) {
    this.state = state;
    const say = (message: string, fields?: LogFields): void => void this.logged.push(message, JSON.stringify(fields));
    const log: Logger = { debug: say, info: say, warn: say, error: say };
    this.validator = new Validator({
      door: HERE, policy, clock: this.clock, zoneMaster, state, log,
      time: () => this.time, keys: () => keySet(), uses: () => this.uses, lockdown: () => this.lockdown,
      list: () => ({ head: listHead(), lookUp: () => this.listed }),
      commitNonce: async (attemptId) => void this.order.push(`nonce ${attemptId}`),
      onEvent: (draft) => this.events.push(draft),
      ...changes,
    });
  }

  /** The same with a backend that answers as `answer` says. */
  static online(answer: Situation['answer'], changes: Partial<ValidatorOptions> = {}, state = new MemoryState()): Situation {
    const online: ValidatorOptions['online'] = {
      validate: async (question) => {
        situation.asked.push(question);
        situation.order.push('question');
        return situation.answer(question);
      },
    };
    const situation: Situation = new Situation({ online, ...changes }, state);
    situation.answer = answer;
    return situation;
  }

  async verdict(shown: string): Promise<Verdict> {
    return (await this.validator.decide(shown, 'attempt-1')).verdict;
  }
}

const granted: OnlineAnswer = { kind: 'granted', extended: false, serverTimeMs: NOON_MS };
const refused = (reason: 'revoked' | 'suspended' | 'used-up'): OnlineAnswer => ({ kind: 'denied', reason, serverTimeMs: NOON_MS });
const short = (verdict: Verdict): string =>
  verdict.outcome === 'granted' ? `granted ${verdict.source} ${verdict.rule}` : verdict.outcome === 'denied' ? `denied ${verdict.source} ${verdict.reason}` : `unavailable ${verdict.cause}`;

// ——— What the text is ———
const withKey = (...keys: ReturnType<typeof setKey>[]): Partial<ValidatorOptions> => ({ keys: () => keySet({ keys }) });
const issuedS = claims().issuedAtS;
const reading: [situation: string, text: string, changes: Partial<ValidatorOptions>, verdict: string][] = [
  ['a good token', text(), {}, 'granted offline listed'],
  ['an empty text', '', {}, 'denied local garbage'],
  ['the address of a web page', 'https://example.org/menu', {}, 'denied local garbage'],
  ['a text of 7089 digits', '1'.repeat(7_089), {}, 'denied local garbage'],
  ['control characters', '\u0000\u001b[2J', {}, 'denied local garbage'],
  ['our prefix before garbage', 'PT1:HELLO', {}, 'denied local token-malformed'],
  ['a token cut short', text().slice(0, -3), {}, 'denied local token-malformed'],
  ['a token of 10 kB', `PT1:${'A'.repeat(10_000)}`, {}, 'denied local token-malformed'],
  ['the door has no keys yet', text(), { keys: () => undefined }, 'unavailable no-keys'],
  ['a key the issuer never had', text({}, forger), {}, 'denied local unknown-key'],
  ['a key for another use', text({}, listSigner), {}, 'denied local unknown-key'],
  ['a revoked key', text(), withKey(setKey(tokenSigner, 'token', 'revoked')), 'denied local key-revoked'],
  ['a retired key, issued within its time', text(), withKey(setKey(tokenSigner, 'token', 'retired', { notAfterS: issuedS })), 'granted offline listed'],
  ['a retired key, issued after its time', text(), withKey(setKey(tokenSigner, 'token', 'retired', { notAfterS: issuedS - 1 })), 'denied local key-out-of-time'],
  ['a key not yet in force at the issue', text(), withKey(setKey(tokenSigner, 'token', 'active', { notBeforeS: issuedS + 1 })), 'denied local key-out-of-time'],
  ['a forged signature under a known key id', text({}, { keyId: tokenSigner.keyId, privateKey: forger.privateKey }), {}, 'denied local bad-signature'],
  ['a forged signature is looked at before the door it names', text({ doors: [ELSEWHERE] }, { keyId: tokenSigner.keyId, privateKey: forger.privateKey }), {}, 'denied local bad-signature'],
  ['another door', text({ doors: [ELSEWHERE] }), {}, 'denied local wrong-door'],
];
for (const [situation, shown, changes, verdict] of reading) {
  test(`${situation}: ${verdict}`, async () => assert.is(short(await new Situation(changes).verdict(shown)), verdict));
}

test('what was not verified goes by a digest, what was by its token id', async () => {
  const { validator } = new Situation();
  for (const shown of ['hello', 'PT1:HELLO', text({}, forger)]) {
    const decision = await validator.decide(shown, 'a');
    assert.equal([decision.digest, decision.tokenId], [showingKey(shown), undefined]);
  }
  const expired = await validator.decide(text({ expiresAtS: NOON_S - 1 }), 'a');
  assert.equal([expired.digest, expired.tokenId], [undefined, tokenId]);
});

// ——— Every outcome of asking the backend, and what the list says, to the verdict ———
const noAnswers = ['timeout', 'unreachable', 'server-error', 'key-refused', 'request-refused', 'malformed', 'other-nonce'] as const;
const outcomes: [situation: string, answer: OnlineAnswer, listed: ListEntry | undefined, verdict: string][] = [
  ['granted in time', granted, listed, 'granted online backend'],
  ['granted in time, and not on the list', granted, undefined, 'granted online backend'],
  ['denied in time, though listed', refused('suspended'), listed, 'denied online suspended'],
  ['denied in time for a reason not known here', { kind: 'denied', reason: 'refused-online', serverTimeMs: 0 }, listed, 'denied online refused-online'],
  ...noAnswers.flatMap((kind): [string, OnlineAnswer, ListEntry | undefined, string][] => [
    [kind, { kind, detail: '' }, listed, 'granted offline listed'],
    [`${kind}, and not on the list`, { kind, detail: '' }, undefined, 'denied offline not-listed'],
  ]),
];
for (const [situation, answer, entry, verdict] of outcomes) {
  test(`backend: ${situation}: ${verdict}`, async () => {
    const door = Situation.online(() => answer);
    door.listed = entry;
    // Issued before the list's snapshot, so that its absence means something.
    assert.is(short(await door.verdict(text({ issuedAtS: NOON_S - 5 * HOUR_S }))), verdict);
    assert.equal(door.order, ['nonce attempt-1', 'question'], 'the nonce is on disk before the question');
    assert.equal(door.asked.map((q) => [q.nonce, q.tokenId]), [['attempt-1', tokenId]]);
  });
}

test('a local denial asks nobody', async () => {
  const door = Situation.online(() => granted);
  const denials: [string, string][] = [
    [text({}, forger), 'unknown-key'], [text({ doors: [ELSEWHERE] }), 'wrong-door'], [text({ expiresAtS: NOON_S }), 'expired'],
    [text({ notBeforeS: NOON_S + 60 }), 'not-yet-valid'], [text({ hours: 'mornings' }), 'out-of-hours'], [text({ expiresAtS: NOON_S + 40 * DAY_S }), 'too-long'],
    [text({ issuedAtS: NOON_S + 3_600 }), 'issued-in-future'], [text({ rotating: true }), 'step-missing'], ['hello', 'garbage'],
  ];
  for (const [shown, reason] of denials) assert.is(short(await door.verdict(shown)), `denied local ${reason}`);
  door.listed = { ...listed, status: 'revoked' };
  assert.is(short(await door.verdict(text())), 'denied local revoked');
  door.listed = { ...listed, status: 'suspended' };
  assert.is(short(await door.verdict(text())), 'denied local suspended');
  door.listed = listed;
  door.uses = uses({ counted: 1 });
  assert.is(short(await door.verdict(text({ uses: 1 }))), 'denied local used-up');
  door.lockdown = true;
  assert.is(short(await door.verdict(text())), 'denied local lockdown');
  assert.equal(door.asked, []);
});

const during: [situation: string, change: (door: Situation) => void, verdict: string][] = [
  ['lockdown begins', (door) => (door.lockdown = true), 'denied local lockdown'],
  ['a list arrives that revokes the token', (door) => (door.listed = { ...listed, status: 'revoked' }), 'denied local revoked'],
  ['the last use is spent', (door) => (door.uses = uses({ counted: 2 })), 'denied local used-up'],
];
for (const [situation, change, verdict] of during) {
  for (const answer of [granted, { kind: 'timeout', detail: '' } as const]) {
    test(`while the backend is asked ${situation}, and its answer is "${answer.kind}": ${verdict}`, async () => {
      const door = Situation.online(() => {
        change(door);
        return answer;
      });
      assert.is(short(await door.verdict(text({ uses: 2 }))), verdict);
    });
  }
}

test('a grant writes the same use, online and offline [S3]', async () => {
  const shown = text({ uses: 2, reentryGraceS: 60, extended: true });
  const offline = await new Situation().verdict(shown);
  const online = await Situation.online(() => granted).verdict(shown);
  assert.equal([offline, online].map((v) => v.outcome === 'granted' && [v.use, v.extended]), Array(2).fill([{ tokenId, counts: 1, atMs: NOON_MS }, true]));
});

test('the backend may grant the extended time to a token that does not carry it', async () => {
  const verdict = await Situation.online(() => ({ ...granted, extended: true })).verdict(text());
  assert.ok(verdict.outcome === 'granted' && verdict.extended);
});

test('the step of a rotating token is spent by the grant', async () => {
  const step = stepOf(NOON_MS);
  const shown = withStepCode(text({ rotating: true }), stepCodeOf(rotatingKey(zoneMaster, TOKEN_ID), step));
  const door = Situation.online(() => granted);
  const verdict = await door.verdict(shown);
  assert.is(verdict.outcome === 'granted' && verdict.use?.step, step);
  door.uses = uses({ lastStep: step });
  assert.is(short(await door.verdict(shown)), 'denied local step-spent');
});

test('without the zone master a rotating token needs the backend', async () => {
  const shown = withStepCode(text({ rotating: true }), '12345678');
  assert.is(short(await Situation.online(() => granted, { zoneMaster: undefined }).verdict(shown)), 'granted online backend');
  assert.is(short(await new Situation({ zoneMaster: undefined }).verdict(shown)), 'denied offline needs-online');
});

test('a clock that is not believed: the backend may grant, the list may not', async () => {
  for (const [kind, verdict] of [['granted', 'granted online backend'], ['unreachable', 'denied offline clock-unverified']] as const) {
    const door = Situation.online(() => (kind === 'granted' ? granted : { kind, detail: '' }));
    door.time = time({ trust: 'floor', nowMs: NOON_MS - 9 * HOUR_S * 1_000, floorMs: NOON_MS - 9 * HOUR_S * 1_000 });
    assert.is(short(await door.verdict(text())), verdict, 'issued after the floor, and not taken for a token of the future');
  }
});

// ——— What comes late, and what is kept of answers ———
async function late(answer: OnlineAnswer): Promise<Situation> {
  const door = Situation.online(() => ({ kind: 'timeout', detail: '' }));
  assert.is(short(await door.verdict(text())), 'granted offline listed');
  door.asked[0]?.onLate(answer);
  await door.validator.idle();
  return door;
}

test('a late grant is logged and does nothing', async () => {
  const door = await late(granted);
  assert.equal(door.events, [{ type: 'late-answer', attemptId: 'attempt-1', tokenId, answer: 'granted' }]);
  assert.is(door.state.get('heard-revocations'), undefined);
});

test('a late denial other than a revocation is logged and not kept', async () => {
  const door = await late(refused('suspended'));
  assert.equal(door.events, [{ type: 'late-answer', attemptId: 'attempt-1', tokenId, answer: 'denied: suspended' }]);
  assert.is(short(await door.verdict(text())), 'granted offline listed');
});

test('a late revocation holds from then on, after a restart too', async () => {
  const door = await late(refused('revoked'));
  assert.is(short(await door.verdict(text())), 'denied local revoked');
  assert.is(short(await new Situation({}, door.state).verdict(text())), 'denied local revoked');
});

test('a revocation heard in time is not undone by going offline', async () => {
  const door = Situation.online(() => refused('revoked'));
  assert.is(short(await door.verdict(text())), 'denied online revoked');
  door.answer = () => ({ kind: 'unreachable', detail: '' });
  assert.is(short(await door.verdict(text())), 'denied local revoked');
});

test('revocations heard are bounded, and forgotten when the token has expired [S9]', async () => {
  const door = Situation.online(() => refused('revoked'));
  const many = Array.from({ length: 1_010 }, (_, i) => claims({ id: Buffer.from(i.toString(16).padStart(32, '0'), 'hex'), expiresAtS: NOON_S + DAY_S + i }));
  for (const claimed of many) await door.verdict(signToken(claimed, tokenSigner));
  const kept = Object.values(door.state.get('heard-revocations') as Record<string, number>);
  assert.is(kept.length, 1_000);
  assert.is(Math.min(...kept), NOON_S + DAY_S + 10, 'those that expire first made room');

  door.time = time({ nowMs: (NOON_S + 5 * DAY_S) * 1_000 });
  await door.verdict(text({ expiresAtS: NOON_S + 6 * DAY_S }));
  assert.is(Object.keys(door.state.get('heard-revocations') as object).length, 1);
});

test('a revocation that cannot be stored holds all the same, and is told', async () => {
  const door = Situation.online(() => refused('revoked'));
  door.state.failing = true;
  assert.is(short(await door.verdict(text())), 'denied online revoked');
  door.answer = () => granted;
  assert.is(short(await door.verdict(text())), 'denied local revoked');
  assert.match(door.logged.join(), /until the next restart/);
});

// ——— Storage ———
const storage = new PosternError('storage', 'The disk is full.');
const broken: [situation: string, changes: Partial<ValidatorOptions>][] = [
  ['the nonce cannot be committed', { commitNonce: () => Promise.reject(storage) }],
  ['the uses on record cannot be read', { uses: () => raise(storage) }],
  ['the list cannot be read', { list: () => ({ head: listHead(), lookUp: () => raise(storage) }) }],
];
for (const [situation, changes] of broken) {
  test(`${situation}: unavailable, and the backend is not asked [S3]`, async () => {
    const door = Situation.online(() => granted, changes);
    assert.is(short(await door.verdict(text())), 'unavailable storage');
    assert.equal(door.asked, []);
  });
}

test('a bug is no verdict', async () => {
  const door = new Situation({ uses: () => raise(new TypeError('a bug')) });
  const thrown = await door.verdict(text()).then(() => undefined, (t: unknown) => t);
  assert.instance(thrown, TypeError);
});

// ——— Codes that are not tokens ———
const asking = { policy: { ...policy, foreignCodes: 'online' as const } };
const foreign: [situation: string, answer: OnlineAnswer, verdict: string, goesBy: 'tokenId' | 'digest'][] = [
  ['granted', granted, 'granted online backend', 'tokenId'],
  ['denied', { kind: 'denied', reason: 'refused-online', serverTimeMs: 0 }, 'denied online refused-online', 'digest'],
  ['no answer', { kind: 'timeout', detail: '' }, 'unavailable backend', 'digest'],
];
for (const [situation, answer, verdict, goesBy] of foreign) {
  test(`a foreign code, where the backend is asked: ${situation}: ${verdict}`, async () => {
    const door = Situation.online(() => answer, asking);
    const decision = await door.validator.decide('RH-12345', 'attempt-1');
    assert.is(short(decision.verdict), verdict);
    assert.is(decision[goesBy], goesBy === 'digest' ? showingKey('RH-12345') : `foreign:${showingKey('RH-12345')}`);
    assert.is(door.asked[0]?.text, 'RH-12345');
  });
}

test('a foreign code is garbage where nobody is asked', async () => {
  assert.is(short(await Situation.online(() => granted).verdict('RH-12345')), 'denied local garbage');
  assert.is(short(await new Situation(asking).verdict('RH-12345')), 'denied local garbage');
});

test('a damaged token is never asked about as a foreign code', async () => {
  const door = Situation.online(() => granted, asking);
  assert.is(short(await door.verdict('PT1:HELLO')), 'denied local token-malformed');
  assert.equal(door.asked, []);
});

test('a foreign code in lockdown is not asked about, nor let in when lockdown begins meanwhile', async () => {
  const door = Situation.online(() => {
    door.lockdown = true;
    return granted;
  }, asking);
  assert.is(short(await door.verdict('RH-12345')), 'denied local lockdown');
  assert.is(short(await door.verdict('RH-12345')), 'denied local lockdown');
  assert.is(door.asked.length, 1);
});

test('foreign codes are asked about so often and no more; a token that verifies always is [S6]', async () => {
  const door = Situation.online(() => ({ kind: 'denied', reason: 'refused-online', serverTimeMs: 0 }), asking);
  const verdicts = [];
  for (let i = 0; i < 25; i++) verdicts.push(short(await door.verdict(`RH-${i}`)));
  assert.equal(new Set(verdicts.slice(0, 20)), new Set(['denied online refused-online']));
  assert.equal(new Set(verdicts.slice(20)), new Set(['unavailable backend']));
  assert.is(short(await door.verdict(text())), 'denied online refused-online');
  door.clock.advance(3_000);
  assert.is(short(await door.verdict('RH-30')), 'denied online refused-online', 'a minute has twenty');
});

test('no text and no secret in a log line or an event [S7]', async () => {
  const door = Situation.online(() => ({ kind: 'timeout', detail: '' }), asking);
  door.state.failing = true;
  for (const shown of [text(), 'RH-12345']) {
    await door.verdict(shown);
    door.asked.at(-1)?.onLate(refused('revoked'));
  }
  await door.validator.idle();
  const said = JSON.stringify([door.events, door.logged]);
  assert.not.match(said, 'RH-12345');
  assert.not.match(said, text().slice(0, 40));
  assert.is(door.events.length, 2);
});

function raise(error: Error): never {
  throw error;
}

test('a text is genuine when an issuer signed it, whatever it says', () => {
  const { validator } = new Situation();
  assert.ok(validator.isGenuine(text()));
  assert.ok(validator.isGenuine(text({ doors: [ELSEWHERE] })), 'for another door, too');
  assert.not(validator.isGenuine(text({}, { keyId: tokenSigner.keyId, privateKey: forger.privateKey })));
  assert.not(validator.isGenuine(`${text().slice(0, -4)}0000`));
  for (const foreign of ['', 'PT1:', 'https://example.org/', '\u0000']) assert.not(validator.isGenuine(foreign));
  assert.not(new Situation({ keys: () => undefined }).validator.isGenuine(text()), 'nor before there are keys');
});

test.run();
