import { test } from 'uvu';
import * as assert from 'uvu/assert';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { openChromium } from '../../../support/chromium.ts';
import { eventually } from '../../../support/eventually.ts';
import { PassSite, PHONE, tap } from './pass-site.ts';

const browser: Browser | undefined = await openChromium();
let site: PassSite;
test.before(async () => {
  site = await PassSite.open();
});
test.after(async () => {
  await browser?.close();
  await site.close();
});

/** A phone of its own for each situation: what one keeps no other has. */
function situation(name: string, run: (phone: BrowserContext) => Promise<void>): void {
  test(name, async () => {
    if (!browser) return;
    const phone = await browser.newContext(PHONE);
    try {
      await run(phone);
    } finally {
      await phone.close();
    }
  });
}

/** The code that is on the screen, once there is one. */
const shown = (page: Page): Promise<string> => eventually('a code on the screen', async () => (await site.seen(page))[0]);
const says = (page: Page, text: string): Promise<void> => page.getByText(text, { exact: false }).first().waitFor();

situation('a rotating pass is put on a phone by a tap, and the door opens for what it shows; the next code is another and opens, too', async (phone) => {
  await phone.clock.install();
  const { url } = await site.pass();
  const page = await tap(phone, url);
  const first = await site.opensFor(page);
  assert.match(first, /^PT1R[0-9]{8}:/);
  assert.is(await site.verdict(first), 'step-spent');
  await phone.clock.fastForward(15_000);
  const next = await site.opensFor(page);
  assert.is.not(next, first);
  assert.is(next.slice(12), first.slice(12), 'the same signed bytes');
});

situation('opening the page alone delivers nothing, and what the tap delivers no script can read', async (phone) => {
  const page = await phone.newPage();
  const answers: string[] = [];
  page.on('response', (response) => void response.text().then((text) => answers.push(text), () => undefined));
  const { url, secret } = await site.pass();
  await page.goto(url);
  await page.locator('#offer').waitFor();
  assert.not.match(answers.join(''), /PT1:[0-9A-Z]|wrappedKey":"/);
  assert.not.match(answers.join(''), new RegExp(secret));
  await page.getByRole('button', { name: 'Put this pass' }).click();
  await page.locator('#pass').waitFor();
  const outcome = await page.evaluate(`(async () => {
    const db = await new Promise((resolve) => { const r = indexedDB.open('postern', 1); r.onsuccess = () => resolve(r.result); });
    const [pass] = await new Promise((resolve) => { const r = db.transaction('passes').objectStore('passes').getAll(); r.onsuccess = () => resolve(r.result); });
    const tries = ['raw', 'jwk'].map((format) => crypto.subtle.exportKey(format, pass.key).then(() => 'exported', (error) => error.name));
    return { stage: pass.stage, algorithm: pass.key.algorithm.name, usages: pass.key.usages, tries: await Promise.all(tries), hasPrivateKey: 'keyPair' in pass };
  })()`);
  assert.equal(outcome, { stage: 'kept', algorithm: 'HMAC', usages: ['sign'], tries: ['InvalidAccessError', 'InvalidAccessError'], hasPrivateKey: false });
  assert.is(new URL(page.url()).hash, '', 'the secret does not stay in the address');
  assert.equal(await phone.cookies(), []);
});

situation('a second phone learns that the pass is on another one; the first opens it by the same link', async (phone) => {
  const { url } = await site.pass();
  const page = await tap(phone, url);
  const second = await (browser as Browser).newContext(PHONE);
  const stranger = await second.newPage();
  const answers: number[] = [];
  stranger.on('response', (response) => answers.push(response.status()));
  await stranger.goto(url);
  await says(stranger, 'This pass is on another phone');
  assert.ok(answers.includes(410));
  assert.is(await stranger.locator('#pass').isVisible(), false);
  await second.close();
  await page.close();
  const again = await phone.newPage();
  await again.goto(url);
  await site.opensFor(again);
});

situation('without a connection the pass opens, and the door opens for it', async (phone) => {
  const { url } = await site.pass();
  const page = await tap(phone, url);
  await phone.setOffline(true);
  await page.reload();
  await site.opensFor(page);
  await page.goto(`${site.url}/pass/`);
  await page.getByRole('link', { name: 'Front door' }).click();
  assert.match(await shown(page), /^PT1R/, 'it is found from the list of passes, too');
});

situation('an answer lost on the way burns nothing: the same tap again, or after a reload, gets the pass', async (phone) => {
  for (const reloads of [false, true]) {
    const page = await phone.newPage();
    await page.route('**/take', async (route) => {
      await route.fetch();
      await route.abort();
    }, { times: 1 });
    await page.goto((await site.pass()).url);
    await page.getByRole('button', { name: 'Put this pass' }).click();
    await says(page, 'Nothing is lost; try again.');
    if (reloads) await page.reload();
    await page.getByRole('button', { name: 'Put this pass' }).click();
    await page.locator('#pass').waitFor();
    await site.opensFor(page);
  }
});

situation('a phone whose clock is wrong by an hour shows the right code, with and without a connection', async (phone) => {
  await phone.clock.install({ time: Date.now() + 3_600_000 });
  const page = await tap(phone, (await site.pass()).url);
  await site.opensFor(page);
  assert.is(await page.locator('#warning').isVisible(), false);
  await phone.setOffline(true);
  await page.reload();
  await says(page, 'clock was wrong by 3600 s');
  await site.opensFor(page);
});

situation('a phone whose clock is set back without a connection is told so', async (phone) => {
  const page = await tap(phone, (await site.pass()).url);
  await phone.setOffline(true);
  await phone.clock.install({ time: Date.now() - 600_000 });
  await page.reload();
  await says(page, 'clock is earlier than');
});

situation('a fixed code is shown the same way, on every phone that opens the link, and offline', async (phone) => {
  const { url } = await site.pass({ rotating: false });
  const page = await tap(phone, url);
  const code = await shown(page);
  assert.match(code, /^PT1:/);
  assert.is(await site.verdict(code), 'granted');
  assert.is(await page.locator('#bar').isVisible(), false, 'nothing counts down');
  await phone.setOffline(true);
  await page.reload();
  assert.is(await shown(page), code);
  const second = await (browser as Browser).newContext(PHONE);
  assert.is(await shown(await tap(second, url)), code);
  await second.close();
});

situation('a revocation takes the code off the screen, and is remembered without a connection', async (phone) => {
  await phone.clock.install();
  const pass = await site.pass();
  const page = await tap(phone, pass.url);
  await shown(page);
  site.backend.revoke(pass.tokenId);
  await phone.clock.runFor(61_000);
  await says(page, 'This pass was revoked');
  assert.equal(await site.seen(page), []);
  await phone.setOffline(true);
  await page.reload();
  await says(page, 'This pass was revoked');
  assert.equal(await site.seen(page), []);
});

situation('before its beginning and after its end there is no code, and the page says why', async (phone) => {
  await phone.clock.install();
  const page = await tap(phone, (await site.pass({ notBeforeMs: site.clock.wallMs() + 60_000, validS: 60 })).url);
  await says(page, 'Not valid yet. The code appears here at');
  assert.equal(await site.seen(page), []);
  await phone.setOffline(true);
  await phone.clock.fastForward(62_000);
  await says(page, 'Valid now');
  assert.match(await shown(page), /^PT1R/);
  await phone.clock.fastForward(62_000);
  await says(page, 'Expired at');
  assert.equal(await site.seen(page), []);
});

situation('shown large the code fills the screen, every module the same whole number of pixels; Escape closes it', async (phone) => {
  const page = await tap(phone, (await site.pass()).url);
  await page.getByRole('button', { name: 'Show it large' }).click();
  await says(page, 'Turn the brightness of your screen all the way up');
  const { width, modules } = await page.evaluate<{ width: number; modules: number }>(`(() => {
    const canvas = document.getElementById('large-code');
    const { data } = canvas.getContext('2d').getImageData(0, 0, canvas.width, canvas.height);
    const dark = (x, y) => data[(y * canvas.width + x) * 4] === 0;
    let quiet = 0;
    while (!dark(quiet, quiet)) quiet++;
    const module = quiet / 4;
    let even = canvas.width % module === 0;
    for (let y = 0; y < canvas.height; y++) for (let x = 0; x < canvas.width; x++) {
      if (dark(x, y) !== dark(Math.floor(x / module) * module, Math.floor(y / module) * module)) even = false;
    }
    return { width: canvas.getBoundingClientRect().width * devicePixelRatio, modules: even ? canvas.width / module : 'uneven' };
  })()`);
  assert.is(modules, 57, 'version 8 and the quiet zone');
  assert.ok(width > 1000 && width <= 1170, `${width} px of 1170`);
  await site.opensFor(page);
  await page.keyboard.press('Escape');
  assert.is(await page.locator('#large').isVisible(), false);
});

situation('a link without its secret, one that is nobody\'s, and a browser that keeps nothing: each told what to do', async (phone) => {
  const page = await phone.newPage();
  const pass = await site.pass();
  await page.goto(pass.url.replace(/#.*/, ''));
  await says(page, 'This link is not complete');
  await page.goto(`${site.url}/pass/AAAAAAAAAAAAAAAAAAAAAA#${pass.secret}`);
  await says(page, 'This link does not lead to a pass');
  const forgetful = await phone.newPage();
  await forgetful.addInitScript('IDBObjectStore.prototype.put = () => { throw new DOMException("no", "QuotaExceededError"); };');
  await forgetful.goto(pass.url);
  await forgetful.getByRole('button', { name: 'Put this pass' }).click();
  await says(forgetful, 'This browser keeps nothing');
  await tap(phone, pass.url);
});

situation('with the keyboard alone, and for a screen reader that is told of the state but not of every code', async (phone) => {
  await phone.clock.install();
  const page = await phone.newPage();
  await page.goto((await site.pass()).url);
  await page.locator('#offer').waitFor();
  await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await page.locator('#pass').waitFor();
  await says(page, 'Valid now');
  assert.is(await page.getByRole('img', { name: 'QR code for Front door. It changes every 15 seconds.' }).count(), 1);
  await page.evaluate('window.spoken = 0; new MutationObserver(() => window.spoken++).observe(document.getElementById("state"), { childList: true, characterData: true, subtree: true })');
  await phone.clock.runFor(45_000);
  assert.is(await page.evaluate('window.spoken'), 0);
  assert.equal(await page.evaluate('[...document.querySelectorAll("button, a[href]")].filter((it) => it.checkVisibility() && !it.textContent.trim()).length'), 0);
});

situation('[S7] nothing of it all is in the backend\'s log, and no request left the backend\'s own host', async (phone) => {
  const hosts = new Set<string>();
  const faults: string[] = [];
  phone.on('request', (request) => hosts.add(new URL(request.url()).host));
  phone.on('console', (message) => void (message.type() === 'error' && faults.push(message.text())));
  phone.on('weberror', (error) => faults.push(error.error().message));
  await tap(phone, (await site.pass()).url);
  assert.equal([...hosts], [new URL(site.url).host]);
  assert.equal(faults, []);
  assert.not.match(site.logged.join('\n'), /PT1|[A-Za-z0-9_-]{43}/);
});

test.run();
