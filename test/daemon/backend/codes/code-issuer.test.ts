import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { CodeIssuer } from '../../../../daemon/backend/codes/code-issuer.ts';
import { CodePictures } from '../../../../daemon/backend/codes/code-pictures.ts';
import type { IssueRequest } from '../../../../daemon/backend/codes/issue-request.ts';
import { ApiError } from '../../../../daemon/base/http/api-error.ts';
import { signToken } from '../../../../daemon/base/token.ts';
import { FRONT } from '../served-backend.ts';
import { CodeSite } from './code-site.ts';

const failing = new URL('../../../support/failing-picture-worker.js', import.meta.url);
const request: IssueRequest = { doors: [FRONT], validS: 3600, requestId: 'request-of-today' };

let it: CodeSite;
let pictures: CodePictures;
test.before.each(() => {
  it = new CodeSite();
});
test.after.each(async () => {
  await pictures.close();
  it.store.close();
});

function issuer(workerFile?: URL): CodeIssuer {
  pictures = new CodePictures({ clock: it.clock, places: 2, ...(workerFile && { workerFile }) });
  return new CodeIssuer({ commits: it.commits, tokens: it.tokens, keys: it.keys, pictures });
}

const statuses = (): unknown[] => it.store.prepare('SELECT status FROM tokens ORDER BY issued_at_s').pluck().all();
const refusal = (work: Promise<unknown>): Promise<string> => work.then(() => 'done', (error: unknown) => error instanceof ApiError ? error.code : String(error));

test('a code whose picture cannot be read is not handed out, is revoked, and its requestId gets another one', async () => {
  assert.match(await refusal(issuer(failing).issue(request, {})), /does not read back/);
  assert.equal(statuses(), ['revoked'], 'no right is left behind that nobody holds');
  await pictures.close();
  const mended = await issuer().issue(request, {});
  assert.is(mended.isNew, true);
  assert.equal(statuses().toSorted(), ['active', 'revoked']);
});

test('asked again for a code that somebody holds, a picture that fails leaves that code as it is', async () => {
  const { text } = await issuer().issue(request, {});
  await pictures.close();
  assert.match(await refusal(issuer(failing).issue(request, {})), /does not read back/);
  assert.equal(statuses(), ['active']);
  assert.is(await it.verdict(text), 'granted');
});

test('a text that does not say what was asked for is never drawn, and its code is revoked', async () => {
  const codes = issuer();
  const issue = it.tokens.issue.bind(it.tokens);
  // A fault on the way from the claims to the text.
  it.tokens.issue = (asked, actor) => {
    const issued = issue(asked, actor);
    return { ...issued, text: signToken({ ...issued.claims, expiresAtS: issued.claims.expiresAtS + 1 }, it.keys.token) };
  };
  assert.match(await refusal(codes.issue(request, {})), /end are not those that were asked for/);
  assert.equal(statuses(), ['revoked']);
  assert.is(pictures.size, 0);
});

test('with no place left nothing is issued', async () => {
  const codes = issuer();
  const outcomes = await Promise.all([1, 2, 3, 4].map((i) => refusal(codes.issue({ ...request, requestId: `request-number-${i}` }, {}))));
  assert.equal(outcomes, ['done', 'done', 'busy', 'busy']);
  assert.is(statuses().length, 2);
});

test('a code that was issued while the backend is stopped stays issued, for who asks again', async () => {
  const codes = issuer();
  const asking = refusal(codes.issue(request, {}));
  // The commit comes first, the picture after it.
  await it.commits.run(() => undefined);
  await pictures.close();
  assert.is(await asking, 'stopping');
  assert.equal(statuses(), ['active']);
});

test.run();
