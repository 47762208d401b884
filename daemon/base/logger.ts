import { fstatSync } from 'node:fs';
import { destination, pino, symbols, type DestinationStream } from 'pino';
import { printable } from './printable.ts';

/** Facts beside a log line. Never a token's text, a secret or a person's name [S7]: tokens go by id. */
export type LogFields = Record<string, string | number | boolean | undefined>;

export interface Logger {
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
}

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export const silentLogger: Logger = { debug() {}, info() {}, warn() {}, error() {} };

const COLOUR: Record<LogLevel, string> = { debug: '2', info: '0', warn: '33', error: '31' };
const RANK: Record<LogLevel, number> = { debug: 0, info: 1, warn: 2, error: 3 };
/** syslog(3)'s priorities, by which journalctl -p chooses. */
const PRIORITY: Record<LogLevel, number> = { debug: 7, info: 6, warn: 4, error: 3 };

/** Lines for a person: `09:00:01  message  key=value`. Colour only on a terminal. */
export function humanLogger(out: NodeJS.WriteStream, level: LogLevel): Logger {
  return logger((at, message, fields) => {
    if (RANK[at] < RANK[level]) return;
    const time = new Date().toISOString().slice(11, 19);
    const facts = Object.entries(fields).map(([k, v]) => `${k}=${v}`).join(' ');
    const mark = at === 'warn' ? 'warning: ' : at === 'error' ? 'error: ' : '';
    const line = `${time}  ${mark}${printable(`${message}${facts ? `  (${facts})` : ''}`)}`;
    out.write(out.isTTY ? `\u001b[${COLOUR[at]}m${line}\u001b[0m\n` : `${line}\n`);
  });
}

/**
 * One JSON object a line on standard error. To the journal each line begins with its priority, `<4>{…}`, which journald takes
 * off again and keeps as PRIORITY (sd-daemon(3), SyslogLevelPrefix= in systemd.exec(5)); elsewhere a line is JSON alone.
 */
export function jsonLogger(level: LogLevel, { toJournal = stderrIsJournal(process.env['JOURNAL_STREAM']) } = {}): Logger {
  const out = destination({ dest: 2, sync: true });
  const log = pino({ level, base: null, formatters: { level: (label) => ({ level: label }) } }, toJournal ? withPriority(out) : out);
  return logger((at, message, fields) => log[at](fields, message));
}

function logger(write: (at: LogLevel, message: string, fields: LogFields) => void): Logger {
  const at = (level: LogLevel) => (message: string, fields: LogFields = {}): void => write(level, safe(message), safeFields(fields));
  return { debug: at('debug'), info: at('info'), warn: at('warn'), error: at('error') };
}

function withPriority(out: DestinationStream): DestinationStream {
  return {
    // Has pino set `lastLevel` before each write.
    [symbols.needsMetadataGsym]: true,
    lastLevel: 0,
    write(line: string): void {
      const label = pino.levels.labels[this.lastLevel] as LogLevel;
      out.write(`<${PRIORITY[label]}>${line}`);
    },
  } as DestinationStream & { lastLevel: number };
}

/** Whether systemd has connected standard error to the journal: `JOURNAL_STREAM` names its device and inode (systemd.exec(5)). */
export function stderrIsJournal(journalStream: string | undefined): boolean {
  try {
    const { dev, ino } = fstatSync(2);
    return journalStream === `${dev}:${ino}`;
  } catch {
    // It is closed.
    return false;
  }
}

/** journald cuts a line at 48 KiB, and what is cut is no JSON any more. */
const MAX_CHARS = 2_000;
/** A code's text, wherever it comes from: what it opens, whoever reads the log could. */
const TOKEN_TEXT = /PT1:[0-9A-Z $%*+\-./:]{16,}/gi;

/** [S7] The last line of defence: no line takes a code's text along, however it came into a message. */
function safe(text: string): string {
  const short = text.length > MAX_CHARS ? `${text.slice(0, MAX_CHARS)}…` : text;
  return short.replace(TOKEN_TEXT, 'PT1:…');
}

function safeFields(fields: LogFields): LogFields {
  const said = Object.entries(fields).filter(([, value]) => value !== undefined);
  return Object.fromEntries(said.map(([key, value]) => [key, typeof value === 'string' ? safe(value) : value]));
}
