import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { eventually } from '../../../../support/eventually.ts';
import { logIn, WatchedDoor } from './watched-door.ts';

const it = await WatchedDoor.open();
test.after(() => it?.close());

const hasEvent = (type: string): Promise<true> => eventually(type, () => it?.door.events().some((event) => event.type === type) || undefined);

test('without a login the state is there and no picture is, no button that acts, and why is said', async () => {
  if (!it) return;
  const page = await it.look();
  const asked: string[] = [];
  page.on('request', (request) => asked.push(request.url()));
  assert.is(await page.locator('#state-word').innerText(), 'Locked');
  assert.is(await page.locator('#actions button:visible').count(), 0);
  assert.match(await page.locator('#actions-why').innerText(), /Pictures, and whatever changes something, need one/);
  assert.match(await page.locator('#live-none').innerText(), /Pictures are shown after a login/);
  assert.equal(asked.filter((url) => /live|jpg/.test(url)), []);
  await page.context().close();
});

test('a wrong password is told in the dialog, which stays with the name in it', async () => {
  if (!it) return;
  const page = await it.look();
  await page.locator('#log-in').click();
  await page.getByLabel('Name').fill('viewer');
  await page.getByLabel('Password').fill('wrong');
  await page.keyboard.press('Enter');
  await page.getByRole('alert').filter({ hasText: 'The name or the password is wrong' }).waitFor();
  assert.is(await page.getByLabel('Name').inputValue(), 'viewer');
  assert.is(await page.getByLabel('Password').inputValue(), '');
  await page.context().close();
});

test('a viewer has no button, and is told whose they are', async () => {
  if (!it) return;
  const page = await it.look('viewer');
  assert.is(await page.locator('#actions button:visible').count(), 0);
  assert.match(await page.locator('#actions-why').innerText(), /logged in as viewer\. Only operators unlock/);
  await page.context().close();
});

test('an operator unlocks after a question, by the keyboard alone; Escape leaves it', async () => {
  if (!it) return;
  const page = await it.look('operator');
  const unlock = page.getByRole('button', { name: 'Unlock', exact: true });
  await unlock.focus();
  await page.keyboard.press('Enter');
  await page.locator('#confirm').waitFor();
  await page.keyboard.press('Escape');
  assert.is(it.door.events().filter(({ type }) => type === 'door-released').length, 0);
  assert.is(await page.evaluate('document.activeElement.textContent'), 'Unlock', 'the focus is back where it was');
  await page.keyboard.press('Enter');
  await page.keyboard.press('Enter');
  await page.locator('#state-word', { hasText: 'Unlocked' }).waitFor();
  await hasEvent('door-released');
  assert.is(it.door.events().find((event) => event.type === 'door-released')?.by, 'user:operator');
  await page.context().close();
});

test('an operator locks down; an admin ends it, and the page of each shows what the other did', async () => {
  if (!it) return;
  const [operator, admin] = [await it.look('operator'), await it.look('admin')];
  await operator.getByRole('button', { name: 'Lockdown', exact: true }).click();
  await operator.getByRole('button', { name: 'Lock down' }).click();
  await admin.locator('#state-word', { hasText: 'Lockdown' }).waitFor();
  await admin.getByText('Ordered by operator.').waitFor();
  assert.is(await admin.locator('#announcer').innerText(), 'The door is now: Lockdown.');
  assert.is(await operator.getByRole('button', { name: 'End lockdown' }).count(), 0);
  assert.match(await operator.locator('#actions-why').innerText(), /Unlocking is off while the lockdown stands/);
  await admin.getByRole('button', { name: 'End lockdown' }).click();
  await admin.locator('#confirm-do').click();
  await operator.locator('#state-word', { hasText: 'Locked' }).waitFor();
  await operator.context().close();
  await admin.context().close();
});

test('passage until a time is given by the door\'s clock, and ended', async () => {
  if (!it) return;
  const page = await it.look('operator');
  await page.getByRole('button', { name: 'Passage…' }).click();
  await page.getByRole('button', { name: '30 min' }).click();
  await page.getByText('in 30 min').waitFor();
  await page.getByRole('button', { name: 'Start passage' }).click();
  await page.getByRole('button', { name: 'End passage' }).click();
  await page.locator('#confirm-do').click();
  await hasEvent('passage-ended');
  await page.context().close();
});

test('the test pulse is there in the installer mode only', async () => {
  if (!it) return;
  const page = await it.look('admin');
  assert.is(await page.getByRole('button', { name: 'Test pulse' }).count(), 0);
  await page.getByRole('button', { name: 'Installer mode' }).click();
  await page.locator('#confirm-do').click();
  await page.getByRole('button', { name: 'Test pulse' }).click();
  await page.locator('#confirm-do').click();
  await page.locator('#told', { hasText: 'relay was energised' }).waitFor();
  await page.context().close();
});

test('whoever logs out sees no picture any more; a session that is over is told, and a login goes on from there', async () => {
  if (!it) return;
  const page = await it.look('operator');
  await page.getByRole('button', { name: 'Passage…' }).click();
  await page.context().clearCookies();
  await page.getByRole('button', { name: 'Start passage' }).click();
  await page.getByText('Your session has ended. Log in again, then send it once more.').waitFor();
  await page.getByLabel('Name').fill('operator');
  await page.getByLabel('Password').fill('correct horse battery');
  await page.keyboard.press('Enter');
  await page.locator('#login').waitFor({ state: 'hidden' });
  assert.ok(await page.locator('#passage').isVisible(), 'what was filled in is still there');
  await page.keyboard.press('Escape');
  await page.locator('#log-out').click();
  await page.getByText('Pictures are shown after a login.').waitFor();
  await logIn(page, 'viewer');
  await page.context().close();
});

test.run();
