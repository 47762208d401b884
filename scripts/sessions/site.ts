import { createHash } from 'node:crypto';
import { rawPublicKey, signerFromSeed } from '../../daemon/base/ed25519.ts';
import { ruuidOf } from '../../daemon/base/ids.ts';
import { rotatingKey, signToken, stepCodeOf, stepOf, withStepCode } from '../../daemon/base/token.ts';
import type { TokenClaims } from '../../daemon/base/token.ts';

/** A token as the site file lists it. */
export interface SiteToken {
  name: string;
  /** 16 bytes, base64url. */
  id: string;
  doors: string[];
  issuedAt: string;
  expiresAt: string;
  uses?: number;
  extended?: true;
  rotating?: true;
  status: 'active' | 'suspended' | 'revoked';
  /** What the QR code holds; without the step code where it rotates. */
  text: string;
}

type Wish = Partial<Pick<SiteToken, 'uses' | 'extended' | 'rotating' | 'status'>> & { doors: string[]; issuedAt: string; expiresAt: string };

/** Every secret and id of the site comes from its name, so that anyone can make the same site again. */
const secretOf = (name: string): Buffer => createHash('sha256').update(`postern test site: ${name}`).digest();
const idOf = (name: string): string => ruuidOf(secretOf(`id of ${name}`).subarray(0, 16));

const tokenSigner = signerFromSeed(secretOf('token key'));
const frontDoor = idOf('front door');
const sideDoor = idOf('side door');

export const siteDoors = [{ uuid: frontDoor, name: 'Front door' }, { uuid: sideDoor, name: 'Side door' }];

/** All sessions play on Monday 2 March 2026 in UTC; the tokens are valid around it. */
const wishes = {
  'resident': { doors: [frontDoor], issuedAt: '2026-02-20T10:00:00Z', expiresAt: '2026-03-16T10:00:00Z' },
  'courier': { doors: [frontDoor], issuedAt: '2026-03-01T16:00:00Z', expiresAt: '2026-03-04T16:00:00Z' },
  'engineer-both-doors': { doors: [frontDoor, sideDoor], issuedAt: '2026-02-27T08:00:00Z', expiresAt: '2026-03-06T18:00:00Z' },
  'extended-time': { doors: [frontDoor], issuedAt: '2026-02-20T10:00:00Z', expiresAt: '2026-03-16T10:00:00Z', extended: true },
  'guest-once': { doors: [frontDoor], issuedAt: '2026-03-02T07:30:00Z', expiresAt: '2026-03-03T07:30:00Z', uses: 1 },
  'member-rotating': { doors: [frontDoor], issuedAt: '2026-02-20T10:00:00Z', expiresAt: '2026-03-16T10:00:00Z', rotating: true },
  'last-week': { doors: [frontDoor], issuedAt: '2026-02-20T10:00:00Z', expiresAt: '2026-02-27T10:00:00Z' },
  'former-tenant': { doors: [frontDoor], issuedAt: '2026-02-20T10:00:00Z', expiresAt: '2026-03-16T10:00:00Z', status: 'revoked' },
  'side-door-only': { doors: [sideDoor], issuedAt: '2026-02-27T08:00:00Z', expiresAt: '2026-03-06T18:00:00Z' },
} satisfies Record<string, Wish>;

export type TokenName = keyof typeof wishes;

const tokens = Object.entries(wishes).map(([name, wish]) => tokenOf(name, wish));

/** The site file: what the backend of the sessions is founded with. */
export function siteJson(): string {
  const site = {
    note: 'Test keys, made from their names by scripts/make-fixtures and known to everyone. Never use them for a door.',
    rootSeed: secretOf('root key').toString('base64url'),
    listSeed: secretOf('list key').toString('base64url'),
    tokenSeed: secretOf('token key').toString('base64url'),
    zoneMaster: secretOf('zone master').toString('base64url'),
    doors: siteDoors,
    tokens,
  };
  return `${JSON.stringify(site, null, 2)}\n`;
}

/** The root keys file of the sessions' door. */
export function rootKeysText(): string {
  const rootKey = rawPublicKey(signerFromSeed(secretOf('root key')).privateKey);
  return `# Test keys: never use them for a door.\n${Buffer.from(rootKey).toString('base64url')}\n`;
}

/** The text of a token's code. */
export function codeOf(name: TokenName): string {
  return (tokens.find((token) => token.name === name) as SiteToken).text;
}

/** What a live pass shows at `wallMs`. */
export function rotatingCodeOf(name: TokenName, wallMs: number): string {
  const key = rotatingKey(secretOf('zone master'), secretOf(`id of ${name}`).subarray(0, 16));
  return withStepCode(codeOf(name), stepCodeOf(key, stepOf(wallMs)));
}

/** A token with the site's signature that the backend has no record of. */
export function unlistedCode(): string {
  return tokenOf('never recorded', wishes.resident).text;
}

/** A token that names the site's key but was signed with another. */
export function forgedCode(): string {
  const forger = signerFromSeed(secretOf('forger'));
  return signToken(claimsOf('forged', wishes.resident), { keyId: tokenSigner.keyId, privateKey: forger.privateKey });
}

function tokenOf(name: string, { status = 'active', ...wish }: Wish): SiteToken {
  return { name, id: idOf(name), ...wish, status, text: signToken(claimsOf(name, wish), tokenSigner) };
}

function claimsOf(name: string, { doors, issuedAt, expiresAt, uses, extended, rotating }: Wish): TokenClaims {
  return {
    id: secretOf(`id of ${name}`).subarray(0, 16),
    doors: doors.map((door) => Buffer.from(door, 'base64url')),
    issuedAtS: Date.parse(issuedAt) / 1000,
    expiresAtS: Date.parse(expiresAt) / 1000,
    ...(uses && { uses }), ...(extended && { extended }), ...(rotating && { rotating }),
  };
}
