import { z } from 'zod';
import { messageOf, PosternError } from '../../base/errors.ts';
import { ruuidOf, uuidBytes } from '../../base/ids.ts';
import { readKeySet, unverifiedKeySet, type KeySet } from '../../base/key-set.ts';
import type { BackendClient } from '../backend-client.ts';
import { codeFault, type AskedCode } from './code-check.ts';
import type { PassFacts } from './pass-facts.ts';
import type { PassReader } from './pass-reader.ts';
import type { PassRequest } from './pass-request.ts';

export interface DoorFacts {
  /** RUUID. */
  uuid: string;
  name: string;
}

/** A code as it was issued, not yet on anything. */
export interface IssuedPass extends PassFacts {
  asked: AskedCode;
  /** The code alone, PNG. */
  picture: Uint8Array;
}

export interface PassDeskOptions {
  client: BackendClient;
  reader: PassReader;
  /** Root public keys that must have signed the key set; absent: the backend is taken at its word. */
  roots: Uint8Array[] | undefined;
  /** The door of a pass that names none. */
  door: string | undefined;
  /** Names of that door's schedules, where they are known. */
  schedules: string[] | undefined;
}

const QR = '/api/accesscontrol/qr';
const doorsSchema = z.object({ accessControlledDoors: z.array(z.object({ uuid: z.string(), name: z.string() })), lastEvaluatedKey: z.string().nullish() });
const codeSchema = z.object({ accessTokenUuid: z.string(), qrCode: z.base64(), expiresAt: z.string(), doorUuid: z.string() });
const linkSchema = z.object({ passUuid: z.string(), passUrl: z.string() });
const lookSchema = z.object({ doorNames: z.array(z.string()), expiresAt: z.string(), rotating: z.boolean(), status: z.string() });
/** [S9] Pages of doors that are read; a site with more is named by its doors' ids. */
const MOST_PAGES = 50;

/** Where passes are made: has the backend issue a code, tests what comes of it, and takes it back when it is not right. */
export class PassDesk {
  readonly #o: PassDeskOptions;
  readonly #doors: DoorFacts[];
  readonly #keys: KeySet;

  private constructor(options: PassDeskOptions, doors: DoorFacts[], keys: KeySet) {
    this.#o = options;
    this.#doors = doors;
    this.#keys = keys;
  }

  /** Rejects PosternError: as BackendClient, and 'key-set-refused' when no root key signed the backend's keys. */
  static async open(options: PassDeskOptions): Promise<PassDesk> {
    const signed = await options.client.bytes('/api/postern/keyset');
    return new PassDesk(options, await allDoors(options.client), options.roots ? readKeySet(signed, options.roots) : unverifiedKeySet(signed));
  }

  /** The door by RUUID, UUID or name. Throws PosternError('usage') that lists the doors there are. */
  door(text: string | undefined = this.#o.door): DoorFacts {
    if (text === undefined && this.#doors.length === 1) return this.#doors[0] as DoorFacts;
    if (text === undefined) throw new PosternError('usage', `Say which door: --door NAME. There are: ${this.#names()}.`);
    const bytes = uuidBytes(text);
    const found = this.#doors.filter((door) => bytes ? door.uuid === ruuidOf(bytes) : door.name.toLowerCase() === text.trim().toLowerCase());
    if (found.length === 1) return found[0] as DoorFacts;
    throw new PosternError('usage', found.length === 0 ? `The backend has no door "${text}". It has: ${this.#names()}.` : `Several doors are named "${text}". Name one by its RUUID.`);
  }

  /** The door a request is for. Throws PosternError('usage'), also for a schedule the door does not have: such a code would never open. */
  doorOf(request: PassRequest): DoorFacts {
    const door = this.door(request.door);
    const { hours } = request;
    const { schedules, door: own } = this.#o;
    if (hours === undefined || !schedules || door.uuid !== ruuidOf(uuidBytes(own ?? '') ?? new Uint8Array()) || schedules.includes(hours)) return door;
    throw new PosternError('usage', `The door has no schedule "${hours}". ${schedules.length === 0 ? 'The config defines none.' : `It has: ${schedules.join(', ')}.`}`);
  }

  /** Issues a code; with the same `requestId` again it is the same code. Rejects PosternError as BackendClient. */
  async issue(request: PassRequest, requestId?: string): Promise<IssuedPass> {
    const door = this.doorOf(request);
    const answer = await this.#o.client.call(`${QR}/generateQRAccessCode`, bodyOf(request, door, requestId), codeSchema);
    const untilMs = Date.parse(answer.expiresAt);
    return {
      door, tokenId: answer.accessTokenUuid, holder: request.name, fromMs: request.fromMs, untilMs, zone: request.zone, uses: request.uses,
      asked: { tokenId: answer.accessTokenUuid, door: door.uuid, request, expiresAtMs: untilMs },
      picture: Buffer.from(answer.qrCode, 'base64'),
    };
  }

  /**
   * Reads the code off the very bytes that go out and holds it against what was asked. Rejects PosternError('pass-bad') with
   * what is wrong; the code is revoked then.
   */
  async test(pass: IssuedPass, bytes: Uint8Array): Promise<void> {
    const fault = await this.#o.reader.codeIn(bytes).then((text) => codeFault(text, pass.asked, this.#keys), messageOf);
    if (fault !== undefined) throw await this.takenBack(pass, fault);
  }

  /** A link for the code, looked at as its holder's phone will. Rejects PosternError; the code is revoked when the link is not right. */
  async link(pass: IssuedPass): Promise<string> {
    await this.test(pass, pass.picture);
    const { passUuid, passUrl } = await this.#o.client.call(`${QR}/createWebPass`, { accessTokenUuid: pass.tokenId, auditPrincipal: pass.asked.request.principal }, linkSchema);
    const seen = await this.#o.client.call(`/api/postern/passes/${passUuid}/look`, { secret: passUrl.split('#')[1] ?? '' }, lookSchema);
    const isRight = seen.status === 'active' && Date.parse(seen.expiresAt) === pass.untilMs && seen.doorNames.join() === pass.door.name && seen.rotating === pass.asked.request.rotating;
    if (!isRight) throw await this.takenBack(pass, 'is not what its link leads to');
    return passUrl;
  }

  /** Revokes a code that must not go out; the error to throw. */
  async takenBack(pass: IssuedPass, fault: string): Promise<PosternError> {
    const revoked = await this.#o.client.call(`${QR}/revokeQRAccessCode`, { accessTokenUuid: pass.tokenId, auditPrincipal: pass.asked.request.principal }, z.object({}))
      .then(() => 'It was revoked.', (thrown: unknown) => `It could NOT be revoked (${messageOf(thrown)}); run: postern revoke ${pass.tokenId}`);
    return new PosternError('pass-bad', `The code ${pass.tokenId} ${fault}. ${revoked}`);
  }

  #names(): string {
    return this.#doors.slice(0, 20).map((door) => door.name).join(', ') + (this.#doors.length > 20 ? ', …' : '');
  }
}

async function allDoors(client: BackendClient): Promise<DoorFacts[]> {
  const doors: DoorFacts[] = [];
  let after: string | null | undefined;
  for (let page = 0; page < MOST_PAGES; page++) {
    const answer = await client.call('/api/accesscontrol/door/getDoorsForOrg', after ? { lastEvaluatedKey: after } : {}, doorsSchema);
    doors.push(...answer.accessControlledDoors.map(({ uuid, name }) => ({ uuid, name: name.replace(/\p{Cc}/gu, ' ') })));
    after = answer.lastEvaluatedKey;
    if (!after) break;
  }
  return doors;
}

function bodyOf(request: PassRequest, door: DoorFacts, requestId: string | undefined): object {
  return {
    accessControlledDoorUuid: door.uuid,
    validDurationSec: request.validS,
    notBefore: request.fromMs === undefined ? undefined : new Date(request.fromMs).toISOString(),
    maxUses: request.uses,
    reentryGraceSec: request.reentryGraceS,
    hours: request.hours,
    extended: request.extended || undefined,
    rotating: request.rotating || undefined,
    auditPrincipal: request.principal,
    holder: { name: request.name, ...(request.email !== undefined && { email: request.email }) },
    requestId,
  };
}
