import type { AuditEntry } from '../../backend/audit.ts';
import type { Backend } from '../../backend/backend.ts';
import type { CommandIo } from '../command.ts';
import { sinceMs } from '../since.ts';
import { momentText } from './text-table.ts';

const DAY_MS = 86_400_000;

/** Prints who did what, oldest first. Returns the exit code: 1 when there is nothing. */
export function printAudit(backend: Backend, { since, json }: { since?: string | undefined; json?: boolean | undefined }, nowMs: number, { out, err }: CommandIo): number {
  let count = 0;
  for (const entry of backend.auditSince(since === undefined ? nowMs - DAY_MS : sinceMs(since))) {
    out.write(`${json ? JSON.stringify(entry) : inWords(entry)}\n`);
    count++;
  }
  if (count === 0) err.write(`Nothing was done ${since === undefined ? 'in the last 24 hours' : 'since then'}. --since 7d looks further back.\n`);
  return count === 0 ? 1 : 0;
}

/** `2026-03-02 09:00:01Z  token-issued        AAEC…  by front-desk for ada@example.org` */
function inWords({ atMs, action, subject, apiKey, principal }: AuditEntry): string {
  const who = apiKey === null ? 'on the backend\'s own machine' : `by ${apiKey}`;
  return `${momentText(atMs)}  ${action.padEnd(20)}  ${subject.padEnd(22)}  ${who}${principal === null ? '' : ` for ${principal}`}`;
}
