import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenText } from '../../../../support/own-door.ts';
import { WatchedDoor } from './watched-door.ts';

const it = await WatchedDoor.open();
test.after(() => it?.close());

/** As when another tab comes before it. */
function setVisible(page: Page, state: 'visible' | 'hidden'): Promise<void> {
  return page.evaluate(`Object.defineProperty(document, 'visibilityState', { value: '${state}', configurable: true }); document.dispatchEvent(new Event('visibilitychange'));`);
}

test('the live picture comes after a login, with the outline of the code and what to aim by; a page in the background lets go of it', async () => {
  if (!it) return;
  await it.film(tokenText('last-week'));
  const page = await it.look('viewer');
  await page.locator('#live-outline polygon').first().waitFor({ state: 'attached' });
  assert.ok(await page.evaluate('document.getElementById("live-picture").naturalWidth > 0'));
  await page.locator('#measures').getByText('in the middle').waitFor();
  assert.is(await page.getByRole('meter').count(), 3);

  const ended = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/live'));
  await setVisible(page, 'hidden');
  await ended;
  const again = page.waitForRequest((request) => request.url().endsWith('/api/live'));
  await setVisible(page, 'visible');
  await again;

  const paused = page.waitForEvent('requestfailed', (request) => request.url().endsWith('/api/live'));
  await page.getByRole('button', { name: 'Pause' }).click();
  await paused;
  await page.getByRole('button', { name: 'Go on' }).waitFor();
  it.stopFilm();
  await page.context().close();
});

test('a camera that gives no pictures is told over the last one, which is not taken for a present one', async () => {
  if (!it) return;
  const page = await it.look('viewer');
  await page.locator('#live-none', { hasText: 'The camera gives no pictures just now.' }).waitFor();
  assert.is(await page.locator('#live-outline polygon').count(), 0);
  assert.is(await page.locator('#measures').isVisible(), false);
  await page.context().close();
});

test('a daemon that is away is told with when it was last heard, nothing keeps its tone, and it comes back by itself', async () => {
  if (!it) return;
  const page = await it.look('viewer');
  await it.door.app?.stop('for the test');
  await page.getByRole('alert').filter({ hasText: /^The door does not answer since \d\d:\d\d:\d\d\. What is below is old\./ }).waitFor();
  assert.is(await page.title(), 'No answer from the door');
  assert.ok(await page.locator('main.stale').isVisible());
  assert.match(await page.locator('#live-none').innerText(), /does not answer/);
  await it.start();
  await page.locator('#lost').waitFor({ state: 'hidden' });
  // All sessions are over with the daemon.
  await page.getByText('Your session has ended. Log in again for pictures and to act on the door.').waitFor();
  assert.is(await page.locator('main.stale').count(), 0);
  await page.context().close();
});

test('a door that is forced open is an alarm with since when and what to do, for the ear too', async () => {
  if (!it) return;
  const page = await it.look('viewer');
  it.door.doorIo.setContact('open');
  await page.locator('#state-word', { hasText: 'Forced open' }).waitFor();
  await page.locator('#announcer', { hasText: 'The door is now: Forced open.' }).waitFor({ state: 'attached' });
  assert.is(await page.locator('#state').getAttribute('class'), 'state bad');
  it.door.doorIo.setContact('closed');
  await page.locator('#state-word', { hasText: 'Locked' }).waitFor();
  await page.context().close();
});

test.run();
