import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { readSite } from '../../daemon/backend/site.ts';
import type { VirtualClock } from '../../daemon/base/clock.ts';
import type { LogFields, Logger } from '../../daemon/base/logger.ts';
import { OwnDoor } from '../support/own-door.ts';

const site = readSite(readFileSync(join(fileURLToPath(new URL('../../../fixtures', import.meta.url)), 'site/site.json'), 'utf8'));

/** Everything that is said to it, before any logger has a look. */
class Listener {
  readonly said: string[] = [];
  readonly log: Logger;

  constructor() {
    const hear = (message: string, fields?: LogFields): void => void this.said.push(`${message} ${JSON.stringify(fields ?? {})}`);
    this.log = { debug: hear, info: hear, warn: hear, error: hear };
  }

  /** None of them, nor any piece of them that would be of use. */
  holdsNone(secrets: Record<string, string>): void {
    assert.ok(this.said.length > 5, 'it was listened to');
    for (const [name, secret] of Object.entries(secrets)) {
      const line = this.said.find((each) => each.includes(secret) || (secret.length > 24 && each.includes(secret.slice(4, 24))));
      assert.is(line, undefined, `${name} is in a line of the log`);
    }
  }
}

const tokenTexts = Object.fromEntries(site.tokens.flatMap(({ name, text }) => (text === undefined ? [] : [[`the code of ${name}`, text]]))) as Record<string, string>;

test('[S7] whatever becomes of a code, its text is in no line of the log, at any level', async () => {
  const listener = new Listener();
  const door = await OwnDoor.open();
  try {
    await door.start({ withBackend: true, log: listener.log });
    for (const text of Object.values(tokenTexts)) await door.show(text);
    await door.show(`${Object.values(tokenTexts)[0]}X`);
    await door.backend?.close();
    door.backend = undefined;
    for (const text of Object.values(tokenTexts)) await door.show(text);
    await door.app?.stop('the test');
    listener.holdsNone(tokenTexts);
  } finally {
    await door.close();
  }
});

test('[S7] neither are the door\'s own secrets, when the backend cannot be reached and when it refuses', async () => {
  const listener = new Listener();
  const door = await OwnDoor.open();
  const secrets = { roots: [], apiKey: 'pk_a-very-secret-api-key-of-this-door', zoneMaster: new Uint8Array(32).fill(0xa7) };
  try {
    await door.start({
      log: listener.log, secrets,
      config: { backend: { url: 'http://127.0.0.1:9', apiKeyFile: '/etc/postern/api.key', uploadEvents: true, uploadPictures: 'all' } },
    });
    for (const text of Object.values(tokenTexts)) await door.show(text);
    (door.clock as VirtualClock).advance(5_000);
    await door.app?.stop('the test');
    listener.holdsNone({ 'the API key': secrets.apiKey, 'the zone master': Buffer.from(secrets.zoneMaster).toString('hex'), 'the zone master, base64': Buffer.from(secrets.zoneMaster).toString('base64url'), ...tokenTexts });
  } finally {
    await door.close();
  }
});

test.run();
