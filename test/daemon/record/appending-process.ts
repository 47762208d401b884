import { writeSync } from 'node:fs';
import { systemClock } from '../../../daemon/base/clock.ts';
import { systemRandom } from '../../../daemon/base/ids.ts';
import { EventLog } from '../../../daemon/record/event-log.ts';

/** Grants as fast as the disk takes them, and says of each, once it is committed, its number: what was said must be there after a SIGKILL. */
const [, , dir = ''] = process.argv;
const log = await EventLog.open({ dir, doorUuid: 'door', clock: systemClock, clockTrust: () => 'verified', random: systemRandom, reserveBytes: 65_536 });
for (let i = 0; ; i++) {
  const attemptId = log.newId();
  const tokenId = `token-${i % 7}`;
  const [event] = await log.append(
    { type: 'access-granted', attemptId, tokenId, source: 'offline', rule: 'listed', extended: false, counted: 1 },
    { tokenId, counts: 1, atMs: systemClock.wallMs() },
    attemptId,
  );
  writeSync(1, `${event?.seq}\n`);
}
