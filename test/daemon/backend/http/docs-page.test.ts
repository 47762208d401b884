import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { endpoints } from '../../../../daemon/backend/http/endpoints.ts';
import { documentedMethods, operationIdOf } from '../../../../daemon/backend/http/openapi.ts';
import { schemaFields } from '../../../../daemon/backend/http/schema-text.ts';
import { openChromium } from '../../../support/chromium.ts';
import { ServedBackend } from '../served-backend.ts';

const widths = [['a phone', 360, 740], ['a desktop', 1280, 800]] as const;
for (const [device, width, height] of widths) {
  test(`on ${device} the page about the API shows every call, loads nothing else, runs no script and is not wider than the screen`, async () => {
    const browser = await openChromium();
    if (!browser) return;
    const it = await ServedBackend.open();
    try {
      const page = await browser.newPage({ viewport: { width, height } });
      const requested: string[] = [];
      const complaints: string[] = [];
      page.on('request', (request) => requested.push(request.url()));
      page.on('console', (message) => complaints.push(message.text()));
      page.on('pageerror', (error) => complaints.push(error.message));
      await page.goto(`${it.url}/api/postern/docs`);
      assert.equal(requested.filter((url) => !url.endsWith('/favicon.ico')), [`${it.url}/api/postern/docs`]);
      assert.equal(complaints.filter((text) => !text.includes('404')), []);
      assert.is(await page.locator('script').count(), 0);
      for (const endpoint of endpoints) {
        for (const method of documentedMethods(endpoint)) {
          const article = page.locator(`article[id="${operationIdOf(endpoint, method)}"]`);
          assert.is(await article.count(), 1, endpoint.path);
          assert.ok((await article.innerText()).includes(endpoint.path), endpoint.path);
        }
      }
      assert.is(await page.evaluate('getComputedStyle(document.body).margin'), '0px', 'the style is let through by the policy');
      assert.ok(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'));
    } finally {
      await browser.close();
      await it.close();
    }
  });
}

test('what a schema says is text on the page, whatever it looks like', () => {
  const html = schemaFields({ properties: { '<b>': { type: 'string', description: '<script>alert(1)</script> & "x"' }, e: { enum: ['</code>'] } }, required: ['e'] }, 'required');
  assert.not.match(html, /<script>|<b>/);
  assert.match(html, /&lt;script&gt;alert\(1\)&lt;\/script&gt; &amp; &quot;x&quot;/);
});

test('[S8] the document and the page are for anyone, are asked for again each time and sent once', async () => {
  const it = await ServedBackend.open();
  for (const path of ['/api/postern/openapi.json', '/api/postern/docs']) {
    const first = await fetch(it.url + path);
    assert.is(first.status, 200);
    assert.is(first.headers.get('cache-control'), 'public, no-cache');
    const again = await fetch(it.url + path, { headers: { 'if-none-match': first.headers.get('etag') ?? '' } });
    assert.is(again.status, 304);
  }
  assert.match((await fetch(`${it.url}/api/postern/docs`)).headers.get('content-security-policy') ?? '', /^default-src 'none'; style-src 'sha256-/);
  await it.close();
});

test.run();
