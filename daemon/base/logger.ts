import { destination, pino } from 'pino';

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

/** Lines for a person: `09:00:01  message  key=value`. Colour only on a terminal. */
export function humanLogger(out: NodeJS.WriteStream, level: LogLevel): Logger {
  const write = (at: LogLevel) => (message: string, fields: LogFields = {}): void => {
    if (RANK[at] < RANK[level]) return;
    const time = new Date().toISOString().slice(11, 19);
    const facts = Object.entries(fields).filter(([, v]) => v !== undefined).map(([k, v]) => `${k}=${v}`).join(' ');
    const mark = at === 'warn' ? 'warning: ' : at === 'error' ? 'error: ' : '';
    const line = `${time}  ${mark}${message}${facts ? `  (${facts})` : ''}`;
    out.write(out.isTTY ? `\u001b[${COLOUR[at]}m${line}\u001b[0m\n` : `${line}\n`);
  };
  return { debug: write('debug'), info: write('info'), warn: write('warn'), error: write('error') };
}

/** One JSON object a line on standard error, for journald and whatever reads it. */
export function jsonLogger(level: LogLevel): Logger {
  const log = pino({ level, base: null }, destination({ dest: 2, sync: true }));
  return {
    debug: (message, fields) => log.debug(fields ?? {}, message),
    info: (message, fields) => log.info(fields ?? {}, message),
    warn: (message, fields) => log.warn(fields ?? {}, message),
    error: (message, fields) => log.error(fields ?? {}, message),
  };
}
