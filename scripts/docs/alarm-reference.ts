import { alarmNames } from '../../daemon/base/alarm.ts';
import { alarmTable } from '../../daemon/report/alarms/alarm-table.ts';

const INTRO = `# Alarms

What can be wrong at a door for longer than a moment, generated from \`alarm-table.ts\` by \`npm run docs\`. *critical*: someone
should go to the door now; *warning*: someone should look into it today; *info*: good to know.

An alarm is raised once, has a *since*, stands, and is cleared once. It is raised when its cause has lasted for the time under
"raised after", and cleared when its cause has been gone at a stretch for the time under "cleared after"; a shorter pause is
none, so what flaps is one alarm. A restart of the daemon neither forgets an alarm nor tells it anew: what stands on keeps its
since, what ended meanwhile is cleared.

Each change is one line in the daemon's log. Alarms with a mark under "events" are also events, \`alarm-raised\` and
\`alarm-cleared\`; the others have events of their own (\`door-forced\`, \`lockdown-started\`, \`list-stale\` …).

`;

/** ALARMS.md: every alarm, how it comes and goes, and what to do. */
export function alarmReference(): string {
  const rows = alarmNames.map((name) => {
    const { severity, title, raisedBy, raiseAfterS, clearedBy, clearAfterS, hasEvents, toDo } = alarmTable[name];
    return `| \`${name}\` | ${severity} | ${title} | ${raisedBy} | ${raiseAfterS} s | ${clearedBy} | ${clearAfterS} s | ${hasEvents ? 'yes' : '–'} | ${toDo} |\n`;
  });
  return `${INTRO}| alarm | severity | title | raised when | raised after | cleared when | cleared after | events | what to do |\n|---|---|---|---|---|---|---|---|---|\n${rows.join('')}`;
}
