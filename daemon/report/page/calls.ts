import { z } from 'zod';
import type { Clock } from '../../base/clock.ts';
import type { EventDraft } from '../../base/events.ts';
import { addressOf, networkOf } from '../../base/http/asker-address.ts';
import { ApiError } from '../../base/http/api-error.ts';
import { readQuery } from '../../base/http/request-target.ts';
import type { Logger } from '../../base/logger.ts';
import type { AttemptSearch, Login, PictureKind, Session, Status } from './api.ts';
import { outcomeWords } from '../attempt-line.ts';
import { searchQuery } from './attempt-search.ts';
import type { Attempts } from './attempts.ts';
import { may, mustBeAllowed, nameIn, type Caller } from './caller.ts';
import { commandBody, permissionFor, type Commands } from './commands.ts';
import { MOST_DAYS, type DayCounts } from './day-counts.ts';
import { streamLive } from './live-stream.ts';
import type { LiveView } from './live-view.ts';
import type { LoginDesk } from './login.ts';
import { machineCalls, type MachineParts } from './machine-calls.ts';
import { change, type CallContext, type PageCall } from './page-call.ts';
import { issuePass, passBody, type PassIssuer } from './passes.ts';
import type { RecentAttempts } from './recent-attempts.ts';
import { permissionsOf } from './roles.ts';
import { sessionCookie } from './session-cookie.ts';
import type { Sessions } from './sessions.ts';
import { statusOf, type StatusSnapshot } from './status.ts';
import type { Users } from './users.ts';

export interface PageParts extends MachineParts {
  snapshot: () => StatusSnapshot;
  attempts: Attempts;
  recent: RecentAttempts;
  dayCounts: DayCounts;
  live: LiveView;
  commands: Commands;
  passes: PassIssuer | undefined;
  /** A picture's bytes by its path in the log; undefined once it is deleted. */
  readPicture: (file: string) => Promise<Uint8Array | undefined>;
  users: Users;
  sessions: Sessions;
  desk: LoginDesk;
  idleS: number;
  /** Served over TLS. */
  isSecure: boolean;
  tell: (draft: EventDraft) => void;
  clock: Clock;
  log: Logger;
}

/** [S9] */
const MOST_SEEN = 500;

const loginBody = z.strictObject({ user: z.string().min(1).max(64), password: z.string().min(1).max(256) }) satisfies z.ZodType<Login>;
const daysQuery = z.strictObject({ days: z.string().regex(/^\d{1,2}$/).transform(Number).pipe(z.number().min(1).max(MOST_DAYS)).default(14) });

/** Every call there is, whom it is for and what it does. */
export function pageCalls(parts: PageParts): readonly PageCall[] {
  const { attempts, dayCounts, live, sessions } = parts;
  const status = (context: CallContext): Promise<Status> => statusFor(context.caller, parts);
  return [
    { kind: 'read', path: /^\/api\/session$/, allows: 'anyone', read: ({ caller }) => sessionOf(caller, parts) },
    change({ path: /^\/api\/login$/, allows: 'anyone', body: loginBody, change: (login, context) => logIn(login, context, parts) }),
    change({ path: /^\/api\/logout$/, allows: 'logged-in', body: z.strictObject({}), change: (_, context) => logOut(context, parts) }),
    { kind: 'read', path: /^\/api\/status$/, allows: 'reader', read: status },
    { kind: 'read', path: /^\/status\.json$/, allows: 'reader', read: status },
    ...machineCalls(parts),
    {
      kind: 'read', path: /^\/api\/attempts$/, allows: 'reader',
      read: ({ caller, query }) => attempts.search(readQuery(query, searchQuery) as AttemptSearch, { withPictures: may(caller, 'see-pictures') }),
    },
    { kind: 'read', path: /^\/api\/outcomes$/, allows: 'reader', read: () => outcomeWords },
    { kind: 'read', path: /^\/api\/stats$/, allows: 'reader', read: ({ query }) => dayCounts.stats((readQuery(query, daysQuery) as { days: number }).days) },
    { kind: 'stream', path: /^\/api\/attempts\/(?<attemptId>[0-9A-Z]{26})\/(?<kind>approach|scan|entry)\.jpg$/, allows: 'see-pictures', stream: (context) => sendPicture(context, parts) },
    { kind: 'stream', path: /^\/api\/live$/, allows: 'see-pictures', stream: (context) => streamLive(context, live, sessions) },
    change({
      path: /^\/api\/commands$/, allows: 'logged-in', body: commandBody,
      change: (command, { caller }) => {
        mustBeAllowed(caller, permissionFor(command));
        return parts.commands.give(command, nameIn(caller));
      },
    }),
    change({ path: /^\/api\/passes$/, allows: 'issue-passes', body: passBody, change: (request, { caller }) => issueFor(request, caller, parts) }),
  ];
}

async function statusFor(caller: Caller, { snapshot, recent }: PageParts): Promise<Status> {
  const attempts = await recent.newest({ withPictures: may(caller, 'see-pictures') });
  return statusOf(snapshot(), attempts, { withNames: caller.session !== undefined });
}

function sessionOf({ session, isLocal }: Caller, { users, clock, idleS }: PageParts): Session {
  const canLogIn = users.count > 0;
  const nowMs = clock.wallMs();
  return {
    nowMs, canLogIn, reads: session !== undefined || isLocal, may: session ? [...permissionsOf[session.user.role]] : [],
    ...(!canLogIn && { loginHint: 'Nobody can log in yet. On the door\'s machine run: postern user add NAME --role admin' }),
    ...(session && {
      user: { name: session.user.name, role: session.user.role }, csrf: session.csrf, idleS,
      endsAtMs: Math.floor(nowMs + session.endsAtMs - clock.monotonicMs()),
    }),
  };
}

/** A new id with each login: one that somebody knew before is worth nothing after. */
async function logIn(login: Login, { caller, request, response }: CallContext, parts: PageParts): Promise<Session> {
  const { sessions, desk, tell, isSecure } = parts;
  const address = addressOf(request);
  const user = await desk.check(login, address);
  if (caller.sessionId !== undefined) sessions.end(caller.sessionId);
  const { id, session } = sessions.begin(user);
  response.setHeader('set-cookie', sessionCookie(id, isSecure));
  tell({ type: 'user-logged-in', by: `user:${user.name}`, from: networkOf(address) });
  return sessionOf({ ...caller, session }, parts);
}

function logOut({ caller, response }: CallContext, parts: PageParts): Session {
  if (caller.sessionId !== undefined) parts.sessions.end(caller.sessionId);
  response.setHeader('set-cookie', sessionCookie(undefined, parts.isSecure));
  return sessionOf({ ...caller, session: undefined }, parts);
}

/** The request names an attempt and a kind, never a file: which file that is the log says. */
async function sendPicture({ caller, params, request, response }: CallContext, { attempts, readPicture, log }: PageParts): Promise<void> {
  const { attemptId = '', kind = '' } = params;
  const picture = attempts.pictureOf(attemptId, kind as PictureKind);
  const jpeg = picture && await readPicture(picture.file);
  if (!jpeg) throw new ApiError(404, 'no-picture', 'There is no such picture, or it is deleted by now.');
  if (isFirstLook(caller, attemptId)) log.info(`${nameIn(caller)} looks at the pictures of an attempt`, { attempt: attemptId });
  response.setHeader('cache-control', 'private, no-store');
  response.writeHead(200, { 'content-type': 'image/jpeg', 'content-length': jpeg.length }).end(request.method === 'HEAD' ? undefined : jpeg);
}

function isFirstLook({ session }: Caller, attemptId: string): boolean {
  if (!session || session.seen.has(attemptId)) return false;
  if (session.seen.size >= MOST_SEEN) session.seen.clear();
  session.seen.add(attemptId);
  return true;
}

async function issueFor(request: z.output<typeof passBody>, caller: Caller, { passes, tell }: PageParts): Promise<object> {
  const { pass, tokenId } = await issuePass(passes, request, nameIn(caller));
  tell({ type: 'pass-issued', by: nameIn(caller), tokenId });
  return pass;
}
