import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { Backend } from '../../../daemon/backend/backend.ts';
import { systemClock } from '../../../daemon/base/clock.ts';
import { addDoor } from '../../../daemon/commands/backend/add-door.ts';

test('a new door gets an id that a command line does not take for an option', async () => {
  const backend = await Backend.open({ clock: systemClock });
  const drawn = [Uint8Array.of(0xf8, ...new Uint8Array(15)), Uint8Array.of(0xfb, ...new Uint8Array(15)), Uint8Array.of(0xf4, ...new Uint8Array(15))];
  const uuid = addDoor(backend, { name: 'Front door' }, () => drawn.shift() as Uint8Array);
  assert.is(uuid, '9AAAAAAAAAAAAAAAAAAAAA');
  assert.is(addDoor(backend, { name: 'Side door', uuid: '-AAAAAAAAAAAAAAAAAAAAA' }), '-AAAAAAAAAAAAAAAAAAAAA', 'one that is given stays');
  await backend.close();
});

test.run();
