import type { Page } from 'playwright-core';
import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenText } from '../../../../support/own-door.ts';
import { DESK, overhang, PHONE, violations, WatchedDoor } from './watched-door.ts';

const onePixel = Buffer.from('iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAAAAAA6fptVAAAACklEQVR4nGNgAAAAAgABSK+kcQAAAABJRU5ErkJggg==', 'base64');
const it = await WatchedDoor.open('Front door', { passes: { issue: async () => ({ tokenId: 'EBESExQVFhcYGRobHB0eHw', png: onePixel, expiresAtMs: 1_772_500_000_000 }) } });

test.before(async () => {
  await it?.attempt(tokenText('resident'));
  await it?.attempt(tokenText('last-week'));
  await it?.attempt('https://example.org/menu');
});
test.after(() => it?.close());

const dialogs: Record<string, (page: Page) => Promise<void>> = {
  'a question': (page) => page.getByRole('button', { name: 'Lockdown', exact: true }).click(),
  'passage': (page) => page.getByRole('button', { name: 'Passage…' }).click(),
  'a pass': (page) => page.getByRole('button', { name: 'Issue a pass…' }).click(),
  'a pass as issued': async (page) => {
    await page.getByRole('button', { name: 'Issue a pass…' }).click();
    await page.getByRole('button', { name: 'Issue', exact: true }).click();
    await page.locator('#issued').waitFor();
  },
  'a picture': (page) => page.locator('.thumb').first().click(),
};

for (const colorScheme of ['light', 'dark'] as const) {
  for (const [device, options] of [['a phone', PHONE], ['a desk', DESK]] as const) {
    test(`on ${device}, ${colorScheme}: nothing that axe-core finds, nothing wider than the screen, logged out, logged in and in each dialog`, async () => {
      if (!it) return;
      const page = await it.look(undefined, { ...options, colorScheme });
      assert.equal(await violations(page), []);
      await page.locator('#log-in').click();
      assert.equal(await violations(page), []);
      await page.getByLabel('Name').fill('admin');
      await page.getByLabel('Password').fill('correct horse battery');
      await page.keyboard.press('Enter');
      await page.locator('.thumb').first().waitFor();
      assert.equal(await violations(page), []);
      assert.is(await overhang(page), 0);
      for (const [name, open] of Object.entries(dialogs)) {
        await open(page);
        assert.equal(await violations(page), [], name);
        assert.is(await overhang(page), 0, name);
        await page.keyboard.press('Escape');
        assert.is(await page.locator('dialog[open]').count(), 0, `${name} is closed by Escape`);
      }
      await page.locator('#search-toggle').click();
      await page.getByText('Show as a table').click();
      assert.equal(await violations(page), []);
      await page.context().close();
    });
  }
}

test('the page asks no other machine for anything, and the browser complains of nothing', () => {
  if (it) assert.equal(it.complaints, []);
});

test.run();
