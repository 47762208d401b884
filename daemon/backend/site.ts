import { z } from 'zod';
import { PosternError } from '../base/errors.ts';
import { uuidBytes } from '../base/ids.ts';
import type { TokenClaims } from '../base/token.ts';
import type { ListStatus } from '../base/token-list-file.ts';
import type { Seeds } from './keys/signing-keys.ts';

/** The issuing side of recorded sessions: fixed keys, doors and tokens. Test keys, never a door's. */
export interface Site {
  seeds: Seeds;
  doors: { uuid: string; name: string }[];
  tokens: { name: string; claims: TokenClaims; status: ListStatus; text: string | undefined }[];
}

const secret = z.string().regex(/^[A-Za-z0-9_-]{43}$/, 'must be 32 bytes as base64url');
const id = z.string().refine((text) => uuidBytes(text) !== undefined, 'must be 16 bytes as base64url');
const moment = z.iso.datetime();

const siteFile = z.strictObject({
  note: z.string(),
  rootSeed: secret,
  listSeed: secret,
  tokenSeed: secret,
  zoneMaster: secret,
  doors: z.array(z.strictObject({ uuid: id, name: z.string() })).min(1),
  tokens: z.array(z.strictObject({
    name: z.string(),
    id,
    doors: z.array(id).min(1),
    issuedAt: moment,
    notBefore: moment.optional(),
    expiresAt: moment,
    uses: z.int().optional(),
    reentryGraceS: z.int().optional(),
    hours: z.string().optional(),
    extended: z.boolean().optional(),
    rotating: z.boolean().optional(),
    status: z.enum(['active', 'suspended', 'revoked']),
    text: z.string().optional(),
  })),
});

type TokenEntry = z.output<typeof siteFile>['tokens'][number];

/** Reads the JSON of a site file. Throws PosternError('site-bad') with the field. */
export function readSite(json: string): Site {
  const parsed = siteFile.safeParse(parseJson(json));
  if (!parsed.success) throw new PosternError('site-bad', `The site file is not right: ${z.prettifyError(parsed.error)}`);
  const file = parsed.data;
  const problem = contradictionIn(file);
  if (problem) throw new PosternError('site-bad', `The site file is not right: ${problem}.`);
  return {
    seeds: { root: bytesOf(file.rootSeed), token: bytesOf(file.tokenSeed), list: bytesOf(file.listSeed), zoneMaster: bytesOf(file.zoneMaster) },
    doors: file.doors,
    tokens: file.tokens.map((token) => ({ name: token.name, claims: claimsOf(token), status: token.status, text: token.text })),
  };
}

/** What each entry by itself does not show. */
function contradictionIn({ doors, tokens }: z.output<typeof siteFile>): string | undefined {
  const known = new Set(doors.map((door) => idBytes(door.uuid).toString()));
  if (known.size < doors.length) return 'it has a door twice';
  if (new Set(tokens.map((token) => idBytes(token.id).toString())).size < tokens.length) return 'it has a token id twice';
  const stray = tokens.find((token) => token.doors.some((door) => !known.has(idBytes(door).toString())));
  return stray && `the token "${stray.name}" is for a door that it does not have`;
}

function parseJson(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch (thrown) {
    throw new PosternError('site-bad', 'The site file is not JSON.', { cause: thrown });
  }
}

function claimsOf(token: TokenEntry): TokenClaims {
  return {
    id: idBytes(token.id),
    doors: token.doors.map(idBytes),
    issuedAtS: secondsOf(token.issuedAt),
    expiresAtS: secondsOf(token.expiresAt),
    ...(token.notBefore !== undefined && { notBeforeS: secondsOf(token.notBefore) }),
    ...(token.uses !== undefined && { uses: token.uses }),
    ...(token.reentryGraceS !== undefined && { reentryGraceS: token.reentryGraceS }),
    ...(token.hours !== undefined && { hours: token.hours }),
    ...(token.extended && { extended: true }),
    ...(token.rotating && { rotating: true }),
  };
}

function bytesOf(base64url: string): Uint8Array {
  return Buffer.from(base64url, 'base64url');
}

function idBytes(text: string): Uint8Array {
  return uuidBytes(text) as Uint8Array;
}

function secondsOf(iso: string): number {
  return Math.floor(Date.parse(iso) / 1000);
}
