/**
 * What the page and the daemon say to each other: types only, so that the browser's side can import them. Everything is
 * JSON but pictures and the live stream; times are wall milliseconds by the door's clock, compared with `nowMs`.
 *
 * | call | who may | body → answer |
 * | --- | --- | --- |
 * | `GET /` `/page.css` `/client/NAME.js` | anyone | the page's own files |
 * | `GET api/session` | anyone | → `Session` |
 * | `POST api/login` | anyone | `Login` → `Session` |
 * | `POST api/logout` | logged in | `{}` → `Session` |
 * | `GET api/status` | a reader | → `Status` |
 * | `GET api/attempts?…` | a reader | `AttemptSearch` as query → `AttemptPage` |
 * | `GET api/outcomes` | a reader | → `OutcomeWords` |
 * | `GET api/stats?days=N` | a reader | → `Stats` |
 * | `GET api/attempts/ID/KIND.jpg` | viewer | → the JPEG; 404 once it is deleted |
 * | `GET api/live` | viewer | → server-sent events: `frame` with a `LiveFrame`, `quiet` with a `LiveQuiet`, `end` with a `Problem` |
 * | `POST api/commands` | see `Permission` | `PageCommand` → `CommandAnswer` |
 * | `POST api/passes` | admin | `PassRequest` → `Pass`; 404 where no backend is embedded |
 *
 * A *reader* is whoever is logged in, and anyone where `Session.reads` says so (on the machine itself).
 * Every POST is `content-type: application/json` and, but for the login, carries `Session.csrf` as the header `x-postern-csrf`.
 * What is refused has a 4xx or 5xx status and a `Problem`. After a 401 the page asks for the login again; a 429 has
 * `retryAfterS`.
 */

/** Each may what those before it may. */
export type Role = 'viewer' | 'operator' | 'admin';

/**
 * What the daemon asks of a session before it does something. viewer: see-pictures; operator: unlock, lock-down and passage,
 * too; admin: all. A lockdown is ended by an admin only.
 */
export type Permission = 'see-pictures' | 'unlock' | 'lock-down' | 'passage' | 'end-lockdown' | 'test-pulse' | 'installer-mode' | 'issue-passes';

export interface Session {
  /** Absent: not logged in. */
  user?: { name: string; role: Role };
  /** What this session may; empty without a login. */
  may: Permission[];
  /** Status, attempts and numbers may be read: always with a login, and without one on the machine itself. */
  reads: boolean;
  /** Whether anyone can log in at all; false: no user has been made yet, and `loginHint` says how. */
  canLogIn: boolean;
  loginHint?: string;
  /** To be sent with every change; another one after each login. Absent without a login. */
  csrf?: string;
  /** When the session ends whatever is done, and after how long without a request. Absent without a login. */
  endsAtMs?: number;
  idleS?: number;
  nowMs: number;
}

export interface Login {
  /** 1 to 64 characters. */
  user: string;
  /** 1 to 256 characters. */
  password: string;
}

/** The body of every refusal. */
export interface Problem {
  /** A word for programs: login-needed, not-allowed, rate-limited, … */
  error: string;
  /** A sentence for a person, with what to do. */
  message: string;
  /** With 429: when to try again. */
  retryAfterS?: number;
}

export type DoorState = 'locked' | 'released' | 'open' | 'held-open' | 'forced' | 'passage' | 'lockdown' | 'fire' | 'fault';
export type ClockTrust = 'verified' | 'rtc' | 'floor' | 'suspect';
export type HintReason = 'show-whole-code' | 'come-closer' | 'hold-still' | 'more-light' | 'too-bright' | 'not-readable';

export interface Part {
  state: 'ok' | 'degraded' | 'down';
  /** One sentence; while all is well it is empty or tells what the part has been doing. */
  reason: string;
  sinceMs: number;
}

export interface AlarmLine {
  /** forced, held-open, lockdown, camera-dead, … */
  name: string;
  severity: 'info' | 'warning' | 'critical';
  text: string;
  /** What whoever sees it should do; a sentence or two, commands and config keys between backquotes. */
  toDo: string;
  sinceMs: number;
}

export interface Hint {
  reason: HintReason;
  /** As said to whoever stands at the door. */
  text: string;
  sinceMs: number;
}

/** The door and its daemon now. */
export interface Status {
  version: string;
  startedAtMs: number;
  nowMs: number;
  door: {
    uuid: string;
    name: string;
    state: DoorState;
    contact: 'closed' | 'open' | 'absent';
    rex: 'idle' | 'active' | 'absent';
    relay: 'energised' | 'rest';
  };
  clock: ClockTrust;
  /** By the part's name: camera, door, list, evidence, … */
  parts: Record<string, Part>;
  /** What would help whoever holds up a code that is not read. */
  hint?: Hint;
  /** The worst first, then the oldest. */
  alarms: AlarmLine[];
  /** The newest picture of the camera; absent before the first. */
  camera?: { width: number; height: number; atMs: number };
  /**
   * What the door is told to do; independent of `door.state`, which is what it is doing: a fire goes before a lockdown,
   * an open leaf before both. `by` only with a login.
   */
  lockdown?: { by?: string };
  passage?: { untilMs: number; by?: string; waitsForEntry: boolean };
  /** Ends by itself. In it, and in lockdown, the test pulse may be asked for. */
  installerMode?: { untilMs: number; by?: string };
  /** Whether passes can be issued here: a backend runs inside this daemon. */
  issuesPasses: boolean;
  /** The last twenty, the newest first; without pictures unless the session may see them. */
  attempts: Attempt[];
}

export type PictureKind = 'approach' | 'scan' | 'entry';
export type Outcome = 'granted' | 'denied' | 'unavailable';

/** One attempt at the door. */
export interface Attempt {
  /** Place in the door's log: 1, 2, 3 …; for paging. */
  seq: number;
  /** A ULID: the pictures are at `api/attempts/ID/KIND.jpg`. */
  id: string;
  atMs: number;
  outcome: Outcome;
  /** A word: what granted, why denied, what was missing (`listed`, `expired`, `storage`, …). */
  reason: string;
  /** The same in a sentence. */
  text: string;
  /** The first eight characters of the token's id; absent for what is no token. */
  token?: string;
  /** In the order approach, scan, entry; those that are kept, empty where the session may not see them. */
  pictures: { kind: PictureKind; width: number; height: number }[];
}

/** Which attempts; as query parameters of the same names. All that are given must hold. */
export interface AttemptSearch {
  outcome?: Outcome;
  /** As in `OutcomeWords`. */
  reason?: string;
  /** The beginning of a token's id, 1 to 22 characters of A–Z a–z 0–9 - _. */
  token?: string;
  /** Wall milliseconds: from, inclusive, and to, exclusive. */
  fromMs?: number;
  toMs?: number;
  /** Words that must all be in the sentence, the reason or the token's beginning, whatever their case; up to 100 characters. */
  text?: string;
  /** Only those before (older than) this place in the log: `AttemptPage.nextBefore`. */
  before?: number;
  /** 1 to 100; 25 unless told. */
  limit?: number;
}

export interface AttemptPage {
  /** The newest first. */
  attempts: Attempt[];
  /**
   * Where the search goes on; absent: there are no more. A page can be short or empty and still have it: a search looks at a
   * bounded piece of the log at a time, so that the door never waits for it.
   */
  nextBefore?: number;
  /** How far back has been searched, wall milliseconds; for "searched back to …". */
  searchedToMs?: number;
}

/** The words a search may ask for. */
export interface OutcomeWords {
  reasons: { outcome: Outcome; reason: string; text: string }[];
}

/** Attempts of one day in the door's time zone. */
export interface Day {
  /** 2026-03-02 */
  date: string;
  granted: number;
  denied: number;
  unavailable: number;
}

export interface Stats {
  /** IANA name: by it days begin. */
  timeZone: string;
  /** Whether all is counted yet: after a start the log is counted piece by piece. */
  complete: boolean;
  today: Day & {
    /** Times the door was opened without a release or a request to exit. */
    forced: number;
    heldOpen: number;
    /** Requests to exit, which are no attempts. */
    exits: number;
    /** Why attempts were denied or had no answer, the most frequent first. */
    reasons: { outcome: Outcome; reason: string; text: string; count: number }[];
  };
  /** The last N days, the oldest first, today last; days without attempts are there with zeros. N is 1 to 90, 14 unless told. */
  days: Day[];
}

/** One picture of the live stream. Codes in it are pixelated; their outline is told. */
export interface LiveFrame {
  seq: number;
  atMs: number;
  /** Of the picture, pixels. At most 640 wide. */
  width: number;
  height: number;
  /** Base64: for `data:image/jpeg;base64,…`. */
  jpeg: string;
  /** Corners in pixels of this picture, in order around the code. `read`: the code was decoded; else it is seen but not read. */
  outlines: { corners: [number, number][]; read: boolean }[];
  hint?: { reason: HintReason; text: string };
  measures: LiveMeasures;
}

/** How the picture is, to aim by. Each with a word so that no number needs to be understood. */
export interface LiveMeasures {
  /** 0 blurred … 100 sharp. */
  focus: { value: number; word: 'blurred' | 'soft' | 'sharp' };
  /** Mean brightness, 0 … 255. */
  light: { value: number; word: 'dark' | 'good' | 'bright' };
  /** Pixels a module of the largest code in view; 3 are wanted. Absent: no code in view. */
  modulePx?: number;
}

/** In place of a frame when the camera gives none, at least every 2 s, so that an old picture is not taken for a present one. */
export interface LiveQuiet {
  atMs: number;
  /** A sentence. */
  message: string;
}

export type PageCommand =
  | { do: 'unlock' }
  | { do: 'lockdown'; on: boolean }
  /** A wall time at most 7 days ahead. */
  | { do: 'passage'; untilMs: number }
  | { do: 'end-passage' }
  /** Energises the relay for the unlock time. Only in lockdown or installer mode. */
  | { do: 'test-pulse' }
  /** On: for ten minutes from now. */
  | { do: 'installer-mode'; on: boolean };

/** 200 when it was done; a `Problem` with 409 when the door would not (`lockdown`, `relay-fault`, `not-now`), 503 when it could not be kept. */
export interface CommandAnswer {
  /** A sentence for a person: what has been done. */
  message: string;
}

export interface PassRequest {
  /** 60 to the door's longest pass, 31 days at most. */
  validForS: number;
  /** For the audit log: who it is for or why, up to 100 characters. */
  note?: string;
  /** 1 to 1,000; absent: any number of times. */
  maxUses?: number;
  /** Wall milliseconds; absent: at once. */
  notBeforeMs?: number;
  /** The door stays released for the extended time. */
  extended?: boolean;
}

export interface Pass {
  /** The first eight characters of the token's id: as in `Attempt.token`. */
  token: string;
  /** Base64 PNG of the QR code. Shown once, kept nowhere. */
  qrPng: string;
  expiresAtMs: number;
}
