import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { replayCommand } from '../../../daemon/commands/replay.ts';
import { flatPicture, jpegOf } from '../../support/qr-picture.ts';
import { run } from './command-line.ts';

const fixtures = fileURLToPath(new URL('../../../../fixtures', import.meta.url));
const head = {
  session: 'short', about: 'A door that is opened from inside.', startsAt: '2026-03-02T09:00:00.000Z', width: 64, height: 48,
  config: join(fixtures, 'configs/door.yaml'), site: join(fixtures, 'site/site.json'),
};
const inputs: unknown[] = [{ atMs: 0, frame: 'frames/1.jpg' }, { atMs: 500, rex: 'active' }, { atMs: 800, rex: 'idle' }];

const usualTmp = process.env['TMPDIR'];
let dir: string;
test.before.each(() => {
  dir = mkdtempSync(join(tmpdir(), 'postern-sessions-'));
  // So that what a replay leaves behind is not taken for that of one that runs beside this test.
  process.env['TMPDIR'] = dir;
});
test.after.each(() => {
  if (usualTmp === undefined) delete process.env['TMPDIR'];
  else process.env['TMPDIR'] = usualTmp;
  rmSync(dir, { recursive: true });
});

/** Writes a session of two wires and one grey picture, changed; resolves to its folder. */
async function session(name: string, { changed = {}, lines = inputs }: { changed?: object; lines?: unknown[] } = {}): Promise<string> {
  const folder = join(dir, name);
  await mkdir(join(folder, 'frames'), { recursive: true });
  await writeFile(join(folder, 'frames/1.jpg'), await jpegOf(flatPicture(64, 48, 90)));
  const text = [{ ...head, ...changed }, ...lines].map((line) => (typeof line === 'string' ? line : JSON.stringify(line)));
  await writeFile(join(folder, 'inputs.jsonl'), `${text.join('\n')}\n`);
  return folder;
}

const broken: Record<string, { make: () => Promise<string>; says: RegExp }> = {
  'a folder that is missing': {
    make: async () => join(dir, 'nowhere'),
    says: /nowhere\/inputs\.jsonl cannot be read .*Give the folder that holds inputs\.jsonl\.$/,
  },
  'a line that is no JSON': {
    make: () => session('no-json', { lines: [inputs[0], '{"atMs":1,'] }),
    says: /inputs\.jsonl, line 3: expected a JSON object/,
  },
  'an input that nobody knows': {
    make: () => session('unknown', { lines: [{ atMs: 0, window: 'open' }] }),
    says: /line 2: expected an object with atMs and exactly one of frame, contact, rex, backend\.$/,
  },
  'a picture that is missing': {
    make: async () => {
      const folder = await session('no-picture');
      await rm(join(folder, 'frames/1.jpg'));
      return folder;
    },
    says: /The recorded picture .*frames\/1\.jpg cannot be read/,
  },
  'a config that is missing': {
    make: () => session('no-config', { changed: { config: 'door.yaml' } }),
    says: /the config .*door\.yaml cannot be used/,
  },
  'a config that is bad': {
    make: () => session('bad-config', { changed: { config: join(fixtures, 'configs/bad-same-key-twice.yaml') } }),
    says: /the config .*bad-same-key-twice\.yaml cannot be used/,
  },
  'a site that is missing': {
    make: () => session('no-site', { changed: { site: 'site.json' } }),
    says: /The session's site file .*site\.json cannot be read/,
  },
  'a site that is no JSON': {
    make: () => siteSession('site-no-json', 'keys'),
    says: /The site file is not JSON\./,
  },
  'a site without keys': {
    make: () => siteSession('site-no-keys', '{"doors": []}'),
    says: /The site file is not right: .*rootSeed/s,
  },
};

async function siteSession(name: string, site: string): Promise<string> {
  const folder = await session(name, { changed: { site: 'site.json' } });
  await writeFile(join(folder, 'site.json'), site);
  return folder;
}

/** Folders of replays that were not cleared away. */
function leftBehind(): string[] {
  return readdirSync(dir).filter((name) => name.startsWith('postern-replay-'));
}

test('a session is played: its events in words, with seconds from its start, and nothing is left behind', async () => {
  const folder = await session('whole');
  const { code, out, err } = await run(replayCommand, folder);
  assert.is(code, 0, err);
  assert.is(err, '');
  assert.ok(out.startsWith(`${folder}\n     0.00 s  The daemon started.\n`), out);
  assert.match(out, '\n     0.50 s  Someone asked to exit.\n');
  assert.match(out, 'The daemon stopped: the recording has ended.\n');
  assert.equal(leftBehind(), []);
});

test('--json: one event a line, the same each time, without hashes', async () => {
  const folder = await session('whole');
  const { out } = await run(replayCommand, folder, '--json');
  const events = out.trimEnd().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
  assert.equal(events.map(({ seq }) => seq), events.map((_event, i) => i + 1));
  assert.not.ok(events.some((event) => 'hash' in event || 'prevHash' in event));
  assert.is((await run(replayCommand, folder, '--json')).out, out);
});

for (const [what, { make, says }] of Object.entries(broken)) {
  test(`${what}: told with its session, exit code 2, and the others are played`, async () => {
    const [bad, good] = [await make(), await session('whole')];
    const { code, out, err } = await run(replayCommand, bad, good);
    assert.is(code, 2);
    assert.match(err.trimEnd(), says);
    assert.ok(err.startsWith(`postern: ${bad}: `), err);
    assert.not.match(err, /\n {4}at /);
    assert.ok(out.startsWith(`${good}\n`) && out.includes('Someone asked to exit.'), 'the good one is played');
    assert.equal(leftBehind(), []);
  });
}

test('without a session, or with a speed that is none: wrong usage', async () => {
  assert.match((await run(replayCommand)).err, 'Name the folder of a session.');
  const folder = await session('whole');
  for (const speed of ['0', '-1', 'fast', '', 'NaN', '1x']) {
    const { code, out, err } = await run(replayCommand, folder, `--speed=${speed}`);
    assert.is(code, 2, speed);
    assert.is(out, '');
    assert.is(err, '--speed takes max or a factor above 0, 1 being real time.');
  }
});

test('--speed changes how long it takes, not what is told', async () => {
  const folder = await session('whole');
  const { out } = await run(replayCommand, folder, '--json');
  for (const speed of ['max', '100', '1e6']) assert.is((await run(replayCommand, folder, '--json', '--speed', speed)).out, out);
});

test.run();
