import type { Clock } from '../base/clock.ts';
import type { DurableState } from '../base/durable-state.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import type { EventDraft } from '../base/events.ts';
import { InFlight } from '../base/in-flight.ts';
import { publicKeyOf, type KeySet } from '../base/key-set.ts';
import type { Logger } from '../base/logger.ts';
import { RateLimit } from '../base/rate-limit.ts';
import { rotatingKey } from '../base/step-code.ts';
import type { TokenUses } from '../base/token-use.ts';
import { readToken, showingKey, verifyToken, type UnverifiedToken } from '../base/token.ts';
import type { DenialReason, Denied, Granted, Unavailable, UnavailableCause, Verdict } from '../base/verdict.ts';
import type { AccessPolicy } from './access-policy.ts';
import { boundsOf, type TimeReading } from './clock-trust.ts';
import { HeardRevocations } from './heard-revocations.ts';
import { localDenial, useOf, type LocalFacts } from './local-rules.ts';
import { decideOffline } from './offline-rules.ts';
import type { OnlineAnswer } from './online-answer.ts';
import type { OnlineValidator } from './online.ts';
import { keyInForce } from './signing-key.ts';
import type { TokenListReader } from './token-list.ts';

export interface ValidatorOptions {
  /** This door, 16 bytes. */
  door: Uint8Array;
  policy: AccessPolicy;
  clock: Clock;
  time: () => TimeReading;
  /** The accepted key set; undefined until the door has one. */
  keys: () => KeySet | undefined;
  /** The accepted token list, fresh or not. */
  list: () => Pick<TokenListReader, 'head' | 'lookUp'> | undefined;
  /** What this door has on record of a token. Throws PosternError('storage'). */
  uses: (tokenId: string) => TokenUses;
  lockdown: () => boolean;
  /** The zone's secret for rotating tokens, 32 bytes; absent: only the backend can judge them. */
  zoneMaster?: Uint8Array | undefined;
  /** Absent: the door decides by its list alone. */
  online?: Pick<OnlineValidator, 'validate'> | undefined;
  /** Puts the attempt's id on disk as the nonce of a question to come. Rejects PosternError('storage'). */
  commitNonce: (attemptId: string, tokenId: string) => Promise<void>;
  state: DurableState;
  log: Logger;
  onEvent: (draft: EventDraft) => void;
}

/**
 * `tokenId` (base64url) only of a token whose signature verified, or `foreign:` and a digest for a code the backend granted.
 * Anything else goes by `digest`, a hash of its text: whoever forges a token must not write into another's history.
 */
export interface Decision {
  verdict: Verdict;
  tokenId?: string;
  digest?: string;
}

/** [S6] Guards the network against codes anybody can print. Tokens that verify are not counted. */
const FOREIGN_PER_MINUTE = 20;

/**
 * Decides whether a code opens the door.
 *
 *     read ─▶ key, signature ─▶ local rules ─▶ backend, if there is one ─▶ the rules once more ─▶ else the list
 *
 * A local denial is final and asks nobody. The rules are in local-rules.ts and offline-rules.ts; here is what happens
 * when the backend is asked. Attempts are decided one at a time, each committed before the next is decided.
 */
export class Validator {
  readonly #o: ValidatorOptions;
  readonly #heard: HeardRevocations;
  readonly #foreign: RateLimit;
  readonly #inFlight = new InFlight();

  constructor(options: ValidatorOptions) {
    this.#o = options;
    this.#heard = new HeardRevocations(options.state);
    this.#foreign = new RateLimit(options.clock, FOREIGN_PER_MINUTE);
  }

  /** `text` is what the QR code holds, any text; it is never logged [S7]. `attemptId` is the nonce. */
  async decide(text: string, attemptId: string): Promise<Decision> {
    try {
      const read = readToken(text);
      if (read.ok) return await this.#decideToken(read.token, text, attemptId);
      if (read.reason === 'garbage') return await this.#decideForeign(text, attemptId);
      return { verdict: denied('local', read.reason), digest: showingKey(text) };
    } catch (thrown) {
      // [S3] What the door has on record cannot be read, or the nonce not written: no verdict, the relay stays at rest.
      if (!(thrown instanceof PosternError) || thrown.code !== 'storage') throw thrown;
      this.#o.log.error(`An attempt could not be decided: ${messageOf(thrown)}`);
      return { verdict: unavailable('storage'), digest: showingKey(text) };
    }
  }

  /** Resolves when no late answer is being stored. */
  idle(): Promise<void> {
    return this.#inFlight.idle();
  }

  async #decideToken(token: UnverifiedToken, text: string, attemptId: string): Promise<Decision> {
    const keys = this.#o.keys();
    if (!keys) return { verdict: unavailable('no-keys'), digest: showingKey(text) };
    const forgery = forgeryOf(token, keys);
    if (forgery) return { verdict: denied('local', forgery), digest: showingKey(text) };
    return { verdict: await this.#judge(token, text, attemptId), tokenId: idOf(token) };
  }

  async #judge(token: UnverifiedToken, text: string, attemptId: string): Promise<Verdict> {
    const time = this.#o.time();
    const first = this.#factsOf(token, time);
    const denial = localDenial(first, this.#o.policy);
    if (denial) return denied('local', denial);

    if (!this.#o.online) return this.#judgeOffline(token, first);
    const answer = await this.#ask(text, attemptId, idOf(token), token);
    if (answer?.kind === 'denied') return denied('online', answer.reason);

    // While the backend was asked, a lockdown may have begun or a new list have come: a grant must pass the rules as they are now.
    const facts = this.#factsOf(token, time);
    const since = localDenial(facts, this.#o.policy);
    if (since) return denied('local', since);
    return answer?.kind === 'granted' ? grantedOnline(answer.extended, facts) : this.#judgeOffline(token, facts);
  }

  #judgeOffline(token: UnverifiedToken, facts: LocalFacts): Verdict {
    const tokenKeyId = Buffer.from(token.keyId).toString('hex');
    const decision = decideOffline({ ...facts, tokenKeyId, list: this.#o.list()?.head, knowsSteps: facts.stepKey !== undefined }, this.#o.policy);
    if ('reason' in decision) return denied('offline', decision.reason);
    return { outcome: 'granted', source: 'offline', rule: decision.rule, extended: facts.claims.extended ?? false, use: useOf(facts) };
  }

  /** A code that is no token: only the backend could know it, and only a door that is set to ask does. */
  async #decideForeign(text: string, attemptId: string): Promise<Decision> {
    const digest = showingKey(text);
    if (this.#o.policy.foreignCodes === 'deny' || !this.#o.online) return { verdict: denied('local', 'garbage'), digest };
    if (this.#o.lockdown()) return { verdict: denied('local', 'lockdown'), digest };
    if (!this.#foreign.take()) return { verdict: unavailable('backend'), digest };

    const tokenId = `foreign:${digest}`;
    const answer = await this.#ask(text, attemptId, tokenId);
    if (!answer) return { verdict: unavailable('backend'), digest };
    if (answer.kind === 'denied') return { verdict: denied('online', answer.reason), digest };
    if (this.#o.lockdown()) return { verdict: denied('local', 'lockdown'), digest };
    return { verdict: { outcome: 'granted', source: 'online', rule: 'backend', extended: answer.extended, use: undefined }, tokenId };
  }

  /** The backend's verdict within the deadline; undefined when there is no backend or no verdict of it. Every outcome, and why it may be so: */
  async #ask(text: string, attemptId: string, tokenId: string, token?: UnverifiedToken): Promise<OnlineVerdict | undefined> {
    if (!this.#o.online) return undefined;
    // The nonce is on disk before the question: a use the backend counts for it is never without a trace at the door.
    await this.#o.commitNonce(attemptId, tokenId);
    const onLate = (late: OnlineAnswer): void => void this.#inFlight.track(this.#heardLate(late, attemptId, tokenId, token));
    const answer = await this.#o.online.validate({ nonce: attemptId, text, tokenId, onLate });
    switch (answer.kind) {
      // Granted in time. Final, for the backend knows all doors' uses and this minute's revocations. No local rule denied
      // the token, and the use is written as after an offline grant, so that going offline next gives nothing twice.
      case 'granted': return answer;
      // Denied in time. Final for the same reason; a revocation is kept, so that going offline next does not undo it.
      case 'denied':
        await this.#keepRevocation(answer, token);
        return answer;
      // No answer within the deadline. The visitor cannot wait longer. The backend may have counted a use for the nonce;
      // the door's upload names the same nonce, and one nonce counts once, so the use is neither lost nor counted twice.
      case 'timeout': return undefined;
      // Refused connection, no route, no name, reset half way: the usual picture of being offline, as above.
      case 'unreachable': return undefined;
      // HTTP 5xx or 429: the backend is there but judged nothing. Whoever can provoke this could also cut the cable.
      case 'server-error': return undefined;
      // HTTP 401 or 403: it is this door that was refused, not the visitor. The status says that the key needs mending.
      case 'key-refused': return undefined;
      // Another status, or a redirect: the question was not understood, so nothing was judged.
      case 'request-refused': return undefined;
      // Not JSON, a field missing, too long: nobody's verdict. To read a grant into it would be worse than to decide by the list.
      case 'malformed': return undefined;
      // A verdict on another question, from a mixed-up cache or proxy: it says nothing about this token.
      case 'other-nonce': return undefined;
    }
  }

  /** A verdict after the deadline. The attempt was decided by the list meanwhile, and stays so. */
  async #heardLate(late: OnlineAnswer, attemptId: string, tokenId: string, token?: UnverifiedToken): Promise<void> {
    // A late grant does nothing: the visitor was let in already or has gone, and a door that opens by itself later is worse.
    // A late denial cannot take an entry back; if it tells a revocation, that holds from now on. Any other denial
    // (used up, out of hours, suspended) may no longer be true the next time, and is asked for again then.
    const answer = late.kind === 'denied' ? `denied: ${late.reason}` : late.kind;
    this.#o.onEvent({ type: 'late-answer', attemptId, tokenId, answer });
    await this.#keepRevocation(late, token);
  }

  async #keepRevocation(answer: OnlineAnswer, token: UnverifiedToken | undefined): Promise<void> {
    if (answer.kind !== 'denied' || answer.reason !== 'revoked' || !token) return;
    const nowMs = boundsOf(this.#o.time()).earliestMs;
    await this.#heard.add(idOf(token), token.claims.expiresAtS, nowMs).catch((thrown: unknown) => {
      this.#o.log.warn(`A revocation holds only until the next restart: ${messageOf(thrown)}`, { token: idOf(token) });
    });
  }

  /** Whether an issuer signed the text, whatever it says and whether or not it opens anything. */
  isGenuine(text: string): boolean {
    const read = readToken(text);
    const keys = this.#o.keys();
    return read.ok && keys !== undefined && forgeryOf(read.token, keys) === undefined;
  }

  /** Throws PosternError('storage'). */
  #factsOf({ claims, stepCode }: UnverifiedToken, time: TimeReading): LocalFacts {
    const { door, zoneMaster, list, uses, lockdown } = this.#o;
    const tokenId = Buffer.from(claims.id).toString('base64url');
    const stepKey = claims.rotating && zoneMaster ? rotatingKey(zoneMaster, claims.id) : undefined;
    return { claims, stepCode, stepKey, door, time, listed: list()?.lookUp(claims.id), heardRevoked: this.#heard.has(tokenId), uses: uses(tokenId), lockdown: lockdown() };
  }
}

type OnlineVerdict = Extract<OnlineAnswer, { kind: 'granted' | 'denied' }>;

/** Why the token is not an issuer's; undefined when it is. The key is looked at first: a signature takes longest. */
function forgeryOf(token: UnverifiedToken, keys: KeySet): DenialReason | undefined {
  const found = keyInForce(keys, token.keyId, 'token', token.claims.issuedAtS);
  if ('refusal' in found) return found.refusal;
  return verifyToken(token, publicKeyOf(found.key)) ? undefined : 'bad-signature';
}

function grantedOnline(extended: boolean, facts: LocalFacts): Granted {
  return { outcome: 'granted', source: 'online', rule: 'backend', extended: extended || (facts.claims.extended ?? false), use: useOf(facts) };
}

function denied(source: Denied['source'], reason: DenialReason): Denied {
  return { outcome: 'denied', source, reason };
}

function unavailable(cause: UnavailableCause): Unavailable {
  return { outcome: 'unavailable', cause };
}

function idOf(token: UnverifiedToken): string {
  return Buffer.from(token.claims.id).toString('base64url');
}
