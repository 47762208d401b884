import { execFile } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { codeSeen, denied, diskFails, granted, noBackend, PipelineSituation, RETRY_MS, unsigned } from '../support/pipeline-situation.ts';

/** One code in view, and what is decided on it. */
function showing(text: string, decision: Parameters<PipelineSituation['validator']['decisions']['set']>[1]): PipelineSituation {
  const it = new PipelineSituation();
  it.reader.inView = [codeSeen(text)];
  it.validator.decisions.set(text, decision);
  return it;
}

test('[S3] a granted code: the event and the use are committed, then the relay moves, then the picture', async () => {
  const it = showing('visitor', granted('visitor'));
  it.commit = async () => {
    await new Promise((resolve) => setImmediate(resolve));
    assert.is(it.relayMoves, 0, 'the disk has not answered yet');
  };
  await it.look();
  assert.equal(it.did, ['asked to commit access-granted', 'committed access-granted', 'relay', 'picture granted']);
  assert.equal(it.events, [{
    type: 'access-granted', attemptId: 'attempt 1', tokenId: 'visitor', source: 'offline', rule: 'listed', extended: false, counted: 1,
  }]);
  assert.equal(it.uses, [{ tokenId: 'visitor', counts: 1, atMs: 0 }]);
});

test('an extended grant releases for the extended time', async () => {
  const it = showing('visitor', granted('visitor', { extended: true }));
  await it.look();
  assert.is(it.did[2], 'relay, extended');
});

test('[S6] a denied code is an event with a picture, spends no use and moves no relay', async () => {
  const it = showing('late', denied('expired', 'late'));
  await it.look();
  assert.equal(it.did, ['asked to commit access-denied', 'committed access-denied', 'picture denied']);
  assert.equal(it.events, [{ type: 'access-denied', attemptId: 'attempt 1', tokenId: 'late', source: 'local', reason: 'expired' }]);
  assert.equal(it.uses, [undefined]);
});

test('[S3] a commit that fails: the relay stays at rest; it is tried again every retryMs while shown, until the disk is well', async () => {
  const it = showing('visitor', granted('visitor'));
  it.commit = async () => {
    throw diskFails();
  };
  await it.lookFor(RETRY_MS * 2);
  assert.equal(it.validator.asked.length, 2);
  assert.is(it.relayMoves, 0);
  assert.equal(it.captured.map(({ outcome }) => outcome), ['unavailable', 'unavailable']);

  it.commit = async () => undefined;
  await it.lookFor(RETRY_MS * 2);
  assert.is(it.validator.asked.length, 3, 'the grant ends it');
  assert.is(it.relayMoves, 1);
  assert.is(new Set(it.captured.map(({ attemptId }) => attemptId)).size, 3, 'each try has an id of its own');
});

test('[S3] a validator that cannot read or write the log: an event of "storage", if it can be written, and no relay', async () => {
  const it = showing('visitor', diskFails());
  await it.look();
  assert.equal(it.events, [{ type: 'access-unavailable', attemptId: 'attempt 1', cause: 'storage' }]);
  assert.is(it.relayMoves, 0);
});

test('no verdict from the backend: tried again every retryMs while shown, and not sooner', async () => {
  const it = showing('foreign', noBackend);
  await it.lookFor(RETRY_MS);
  assert.is(it.validator.asked.length, 1);
  await it.lookFor(RETRY_MS);
  assert.is(it.validator.asked.length, 2);
  assert.equal(it.events.map(({ type }) => type), ['access-unavailable', 'access-unavailable']);
});

test('a relay that does not obey: the grant is followed by what became of it, and it is tried again while shown', async () => {
  const it = showing('visitor', granted('visitor'));
  it.release = 'relay-fault';
  await it.look();
  assert.equal(it.events.map(({ type }) => type), ['access-granted', 'access-unavailable']);
  assert.equal(it.events[1], { type: 'access-unavailable', attemptId: 'attempt 1', tokenId: 'visitor', cause: 'door-fault' });
  assert.is(it.uses[1], undefined, 'the second event spends nothing');
  it.release = 'released';
  await it.lookFor(RETRY_MS + 200);
  assert.equal(it.events.map(({ type }) => type).slice(2), ['access-granted']);
});

test('[S3] while the relay is known to fail nobody is granted, so no further use is spent; the door is asked again while the code is shown', async () => {
  const it = showing('visitor', granted('visitor'));
  it.doorView.state = 'fault';
  await it.lookFor(RETRY_MS + 200);
  assert.equal(it.events.map(({ type }) => type), ['access-unavailable', 'access-unavailable']);
  assert.is(it.validator.asked.length, 0);
  assert.is(it.relayMoves, 0);
  it.doorView.state = 'locked';
  await it.lookFor(RETRY_MS + 200);
  assert.is(it.events.at(-1)?.type, 'access-granted');
});

test('a lockdown between the verdict and the relay: told as a denial, and not tried again', async () => {
  const it = showing('visitor', granted('visitor'));
  it.release = 'lockdown';
  await it.lookFor(RETRY_MS * 2);
  assert.equal(it.events.map(({ type }) => type), ['access-granted', 'access-denied']);
  assert.is(it.validator.asked.length, 1);
});

test('each look is told before anything is made of it, and what each try came to after the relay', async () => {
  const told: string[] = [];
  const it: PipelineSituation = new PipelineSituation({
    onLook: (frame, seen) => told.push(`look ${frame.seq}, ${seen.codes.length} codes, ${it.did.length} done`),
    onOutcome: (outcome) => told.push(`${outcome}, ${it.relayMoves} relay moves`),
  });
  it.reader.inView = [codeSeen('visitor')];
  it.validator.decisions.set('visitor', granted('visitor'));
  await it.look();
  it.reader.problem = 'The decoder is being started again.';
  await it.look();
  assert.equal(told, ['look 1, 1 codes, 0 done', 'granted, 1 relay moves'], 'a picture that could not be looked at tells nothing');
});

test('a code held for 30 s is one attempt, granted or denied', async () => {
  for (const decision of [granted('visitor'), denied('revoked')]) {
    const it = showing('held', decision);
    await it.lookFor(30_000);
    assert.is(it.validator.asked.length, 1);
    assert.is(it.events.length, 1);
  }
});

test('a decoder that is being started again for seconds makes no second attempt of a code still held up', async () => {
  const it = showing('held', granted('held'));
  await it.look();
  it.reader.problem = 'The decoder is being started again.';
  await it.lookFor(4_000);
  it.reader.problem = undefined;
  await it.lookFor(1_000);
  assert.is(it.validator.asked.length, 1, 'nobody saw the code go');
});

test('[S4] a frame that waited for over maxFrameAgeMs is not looked at', async () => {
  const it = showing('visitor', granted('visitor'));
  const frame = it.frame();
  it.clock.advance(301);
  it.pipeline.offer(frame);
  await it.pipeline.idle();
  assert.equal(it.reader.looked, []);

  const fresh = it.frame();
  it.clock.advance(300);
  it.pipeline.offer(fresh);
  await it.pipeline.idle();
  assert.is(it.relayMoves, 1, '300 ms is not over 300 ms');
});

test('[S4] a frame whose decoding took too long gives no verdict; the next one does', async () => {
  const it = showing('visitor', granted('visitor'));
  it.reader.meanwhile = () => it.clock.advance(301);
  await it.look();
  assert.equal(it.validator.asked, []);
  it.reader.meanwhile = () => undefined;
  await it.look();
  assert.equal(it.validator.asked, ['visitor'], 'and what was not tried is tried now');
});

test('[S4] while a frame is worked on the newest waits and those before it are let go', async () => {
  const it = new PipelineSituation();
  let more = 3;
  it.reader.meanwhile = () => {
    while (more-- > 0) it.pipeline.offer(it.frame());
  };
  await it.look();
  assert.equal(it.reader.looked, [1, 4]);
});

test('[S4] the second code of a frame grown old is tried on a fresh frame', async () => {
  const it = new PipelineSituation();
  it.reader.inView = [codeSeen('large', 200), codeSeen('small', 100, 300)];
  it.validator.decisions.set('large', denied('expired')).set('small', granted('small'));
  it.validator.meanwhile = () => it.clock.advance(301);
  await it.look();
  assert.equal(it.validator.asked, ['large']);
  assert.is(it.relayMoves, 0);
  await it.look();
  assert.equal(it.validator.asked, ['large', 'small']);
  assert.equal(it.captured.map(({ seq }) => seq), [1, 2], 'the picture is that of the fresh frame');
});

test('of two codes the larger is tried first, and the first grant ends it', async () => {
  const it = new PipelineSituation();
  it.reader.inView = [codeSeen('small', 100, 300), codeSeen('large', 200)];
  it.validator.decisions.set('large', granted('large')).set('small', granted('small'));
  await it.lookFor(5_000);
  assert.equal(it.validator.asked, ['large']);
  assert.is(it.relayMoves, 1);
});

test('of two codes the second is tried when the first is denied', async () => {
  const it = new PipelineSituation();
  it.reader.inView = [codeSeen('large', 200), codeSeen('small', 100, 300)];
  it.validator.decisions.set('large', denied('wrong-door')).set('small', granted('small'));
  await it.look();
  assert.equal(it.events.map(({ type }) => type), ['access-denied', 'access-granted']);
  assert.is(it.relayMoves, 1);
});

test('[S7] evidence is told of every code in the frame, those that were not tried too', async () => {
  const it = new PipelineSituation();
  const four = [400, 300, 200, 100].map((side) => codeSeen(`code ${side}`, side));
  it.reader.inView = four;
  for (const { text } of four) it.validator.decisions.set(text, denied('expired'));
  await it.look();
  const quads = four.map(({ quad }) => quad);
  assert.equal(it.remembered, [{ seq: 1, codes: quads }]);
  assert.is(it.captured.length, 3, 'three codes of a frame are tried');
  for (const { codes } of it.captured) assert.equal(codes, quads);
});

test('[S6] a poster of garbage is logged once, then counted and summed up', async () => {
  const it = new PipelineSituation();
  it.validator.decisions.set('poster', unsigned('garbage', 'd1'));
  for (let showings = 0; showings < 20; showings++) {
    it.reader.inView = [codeSeen('poster')];
    await it.look();
    it.reader.inView = [];
    await it.lookFor(1_700);
  }
  assert.is(it.events.length, 1);
  assert.equal(it.events[0], { type: 'access-denied', attemptId: 'attempt 1', source: 'local', reason: 'garbage', digest: 'd1' });
  assert.is(it.captured.length, 1, 'nor can it fill the disk with pictures');
  await it.pipeline.stop();
  assert.equal(it.summaries, [{ type: 'garbage-repeated', digest: 'd1', count: 19, sinceMs: Date.parse('2026-03-02T09:00:00Z') }]);
});

test('[S6] ten showings of one forged token are logged one by one', async () => {
  const it = new PipelineSituation();
  it.validator.decisions.set('forged', unsigned('bad-signature', 'd2'));
  for (let showings = 0; showings < 15; showings++) {
    it.reader.inView = [codeSeen('forged')];
    await it.look();
    it.reader.inView = [];
    await it.lookFor(1_700);
  }
  assert.is(it.events.length, 10);
  assert.is(it.captured.length, 10);
});

test('[S6] a screen with ever new codes fills neither the log nor the memory; a valid token is let in all the same', async () => {
  const it = new PipelineSituation();
  for (let n = 0; n < 200; n++) {
    it.validator.decisions.set(`flood ${n}`, unsigned('garbage', `d${n}`));
    it.reader.inView = [codeSeen(`flood ${n}`)];
    await it.look();
  }
  assert.is(it.events.length, 50);
  it.validator.decisions.set('visitor', granted('visitor'));
  it.reader.inView = [codeSeen('visitor')];
  await it.look();
  assert.is(it.relayMoves, 1);
  await it.pipeline.stop();
  assert.equal(it.summaries.map((draft) => draft.type === 'garbage-repeated' && [draft.digest, draft.count]), [['others', 150]]);
});

test('stopping lets the attempt under way come to its end and takes no more frames', async () => {
  const it = showing('visitor', granted('visitor'));
  let stopped = Promise.resolve();
  it.validator.meanwhile = () => {
    it.pipeline.offer(it.frame());
    stopped = it.pipeline.stop().then(() => void it.did.push('stopped'));
    it.pipeline.offer(it.frame());
  };
  await it.look();
  await stopped;
  assert.equal(it.did, ['asked to commit access-granted', 'committed access-granted', 'relay', 'picture granted', 'stopped']);
  assert.equal(it.reader.looked, [1], 'neither the frame that waited nor one that came later');
});

test('a bug in a part ends the process with its stack: a supervisor starts it anew, nothing goes on half dead', async () => {
  const script = fileURLToPath(new URL('../support/pipeline-with-bug.js', import.meta.url));
  for (const part of ['reader', 'validator', 'log', 'door']) {
    const { code, stderr } = await promisify(execFile)(process.execPath, [script, part]).then(
      ({ stderr }) => ({ code: 0, stderr }), (failed: { code: number; stderr: string }) => failed);
    assert.is(code, 1, part);
    assert.match(stderr, `TypeError: a bug in the ${part}`);
  }
});

test.run();
