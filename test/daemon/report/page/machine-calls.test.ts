import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { machineCalls } from '../../../../daemon/report/page/machine-calls.ts';
import { PageServer } from '../../../../daemon/report/page/page-server.ts';
import { Sessions } from '../../../../daemon/report/page/sessions.ts';
import { systemClock } from '../../../../daemon/base/clock.ts';
import { systemRandom } from '../../../../daemon/base/ids.ts';
import { silentLogger } from '../../../../daemon/base/logger.ts';

let silent: string[] = [];
const server = new PageServer({
  host: '127.0.0.1', port: 0, allowedHosts: [], files: { has: () => false, send: () => Promise.resolve() }, clock: systemClock, log: silentLogger,
  sessions: new Sessions({ users: { get: () => undefined }, clock: systemClock, random: systemRandom, idleMs: 1_000, maxMs: 1_000 }),
  calls: machineCalls({ silent: () => silent, metrics: { contentType: 'text/plain; version=0.0.4', text: () => Promise.resolve('postern_build_info 1\n') } }),
});
let url: string;
test.before(async () => {
  url = await server.start();
});
test.after(() => server.stop());

test('/healthz is ok while what must never stop answers, and names with 503 what does not', async () => {
  const health = async (): Promise<[number, string]> => {
    const answer = await fetch(`${url}healthz`);
    return [answer.status, await answer.text()];
  };
  assert.equal(await health(), [200, 'ok\n']);
  silent = ['the door machine', 'the event log'];
  assert.equal(await health(), [503, 'No answer from the door machine.\nNo answer from the event log.\n']);
  silent = [];
  assert.equal(await health(), [200, 'ok\n']);
});

test('/metrics is text for Prometheus', async () => {
  const answer = await fetch(`${url}metrics`);
  assert.equal([answer.status, answer.headers.get('content-type'), await answer.text()], [200, 'text/plain; version=0.0.4', 'postern_build_info 1\n']);
});

test.run();
