import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { overhang, PHONE, violations, WatchedDoor } from './watched-door.ts';

/** Markup, control characters, a text that runs the other way, and ten thousand characters. */
const HOSTILE = `<img src=x onerror="document.title='owned'">\u202e\u0007${'W'.repeat(10_000)}`;
const it = await WatchedDoor.open(HOSTILE);
test.after(() => it?.close());

for (const [device, options] of [['a desk', {}], ['a phone', PHONE]] as const) {
  test(`on ${device} a door with a hostile name is shown as text, clipped, with nothing wider than the screen`, async () => {
    if (!it) return;
    const page = await it.look('admin', options);
    assert.is(await page.locator('main img[src="x"], header img').count(), 0);
    const name = await page.locator('#door-name').innerText();
    assert.ok(name.startsWith('<img src=x onerror='), name.slice(0, 40));
    assert.ok(name.length <= 201);
    assert.not.match(name, /[\u0000-\u001f\u202a-\u202e]/);
    assert.match(await page.title(), /^Locked – <img src=x/);
    assert.ok((await page.title()).length < 100);
    const box = await page.locator('#door-name').boundingBox();
    assert.ok(box && box.height < 80, 'two lines at most');
    assert.is(await overhang(page), 0);
    assert.equal(await violations(page), []);
    await page.context().close();
  });
}

test('nothing of it ran, and nothing was asked for', () => {
  if (it) assert.equal(it.complaints, []);
});

test.run();
