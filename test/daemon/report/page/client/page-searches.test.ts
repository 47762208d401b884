import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { tokenText } from '../../../../support/own-door.ts';
import { WatchedDoor } from './watched-door.ts';

const TOKENS = ['resident', 'courier', 'engineer-both-doors', 'extended-time', 'guest-once', 'member-rotating', 'last-week', 'former-tenant', 'side-door-only'];
const it = await WatchedDoor.open();
test.before(async () => {
  // Each once: a code that is held up again within a second or two is still the same showing.
  for (const token of TOKENS) await it?.attempt(tokenText(token));
  await it?.attempt('https://example.org/menu');
});
test.after(() => it?.close());

test('the latest are shown as they come, and older ones are asked for from where they end', async () => {
  if (!it) return;
  const page = await it.look();
  const rows = page.locator('#attempt-list > li');
  await rows.nth(7).waitFor();
  assert.is(await rows.count(), 8);
  await page.getByRole('button', { name: 'Older' }).click();
  await page.getByText('There are no older ones.').waitFor();
  const texts = await rows.allInnerTexts();
  assert.is(texts.length, it.door.events().filter(({ type }) => /^access-(granted|denied|unavailable)$/.test(type)).length);
  await page.getByRole('button', { name: 'Newest' }).click();
  assert.is(await rows.count(), 8);
  await page.context().close();
});

test('a search by outcome, reason and words finds those that fit and says how many; cleared, the latest are back', async () => {
  if (!it) return;
  const page = await it.look();
  const search = page.getByRole('search');
  await page.getByRole('button', { name: 'Search' }).click();
  const asked = page.waitForRequest((request) => request.url().includes('/api/attempts?'));
  await search.getByLabel('Outcome').selectOption('denied');
  await search.getByLabel('Reason').selectOption('This is not a door code.');
  await search.getByRole('button', { name: 'Search' }).click();
  assert.equal([...new URL((await asked).url()).searchParams.keys()].sort(), ['limit', 'outcome', 'reason'], 'an empty field asks for nothing');
  await page.locator('#attempts-told', { hasText: 'There are no older ones.' }).waitFor();
  assert.equal(await page.locator('#attempt-list > li .says').allInnerTexts(), ['Turned away. This is not a door code.']);
  await search.getByLabel('Words').fill('no such word');
  await search.getByRole('button', { name: 'Search' }).click();
  await page.getByText('Nothing fits this search.').waitFor();
  await search.getByRole('button', { name: 'Clear' }).click();
  await page.locator('#attempt-list > li').nth(7).waitFor();
  await page.context().close();
});

test('a time is searched for by the door\'s clock', async () => {
  if (!it) return;
  const page = await it.look();
  await page.getByRole('button', { name: 'Search' }).click();
  await page.getByRole('search').getByLabel('From').fill('2026-03-02T23:00');
  const asked = page.waitForRequest((request) => request.url().includes('fromMs='));
  await page.getByRole('search').getByRole('button', { name: 'Search' }).click();
  // The door of the fixtures is in the zone that its config names.
  const fromMs = Number(new URL((await asked).url()).searchParams.get('fromMs'));
  const zone = (await page.locator('#door-clock').innerText()).match(/([A-Za-z]+\/[A-Za-z_]+|UTC)\)?$/)?.[1];
  assert.is(new Intl.DateTimeFormat('sv-SE', { timeZone: zone, dateStyle: 'short', timeStyle: 'short' }).format(fromMs), '2026-03-02 23:00');
  await page.getByText('Nothing fits this search.').waitFor();
  await page.context().close();
});

test.run();
