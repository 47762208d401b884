import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { HttpAuthorizer } from '../../../drivers/camera/http-login.ts';

const url = new URL('http://www.example.org/dir/index.html');

/** The challenges and the client nonce of RFC 7616 §3.9.1. */
const nonce = '7ypf/xlj9XXwfDPEoM4URrv/xwf94BcCAzFZH4GiTo0v';
const challenge = (algorithm: string): string =>
  `Digest realm="http-auth@example.org", qop="auth, auth-int", algorithm=${algorithm}, nonce="${nonce}", opaque="FQhe/qaU925kfnzjCev0ciny7QMkPqMAFRtzCUYo5tdS"`;
const [md5, sha256] = ['8ca523f5e9506fed4657c9700eebdbec', '753927fa0e85d155564e2e272a28d1802ca10daf4496794697cf8db5856cb6c1'];

function authorizer(allowsPlain = false): HttpAuthorizer {
  return new HttpAuthorizer({ user: 'Mufasa', password: 'Circle of Life', allowsPlain }, () => 'f2/wE4q74E6zIJEtWaHKaf5wv/H5QzzpXusqGemxURZJ');
}

function answerTo(challenges: string[], at = url): string | undefined {
  const one = authorizer();
  assert.is(one.challenge(challenges, at), undefined);
  return one.header({ method: 'GET', url: at });
}

test('the examples of RFC 7616 §3.9.1', () => {
  assert.match(answerTo([challenge('MD5')]) ?? '', `response="${md5}"`);
  assert.match(answerTo([challenge('SHA-256')]) ?? '', `response="${sha256}"`);
});

test('of several the strongest is answered, whatever their order, in one header or in several', () => {
  for (const headers of [[challenge('MD5'), challenge('SHA-256')], [challenge('SHA-256'), challenge('MD5')], [`Basic realm="x", ${challenge('MD5')}, ${challenge('SHA-256')}`]]) {
    assert.match(answerTo(headers) ?? '', sha256);
  }
});

test('the example of RFC 2617 §3.5, of a server without an algorithm', () => {
  const one = new HttpAuthorizer({ user: 'Mufasa', password: 'Circle Of Life', allowsPlain: false }, () => '0a4f113b');
  one.challenge(['Digest realm="testrealm@host.com",qop="auth,auth-int",nonce="dcd98b7102dd2f0e8b11d0f600bfb0c093",opaque="5ccc069c403ebaf9f0171e9517f40e41"'], url);
  assert.match(one.header({ method: 'GET', url }) ?? '', 'response="6629fae49393a05397450978507c4ef1"');
});

test('an old camera that knows no qop (RFC 2069)', () => {
  const header = answerTo(['Digest realm="cam", nonce="abc"']) ?? '';
  assert.not.match(header, /qop|cnonce|nc=/);
  assert.match(header, /response="[0-9a-f]{32}"/);
});

test('each request with one nonce has the next count', () => {
  const one = authorizer();
  one.challenge([challenge('MD5')], url);
  const counts = [1, 2, 3].map(() => /nc=(\w+)/.exec(one.header({ method: 'GET', url }) ?? '')?.[1]);
  assert.equal(counts, ['00000001', '00000002', '00000003']);
});

test('quotes and backslashes in names stay inside their quotes', () => {
  const one = new HttpAuthorizer({ user: 'a"b\\c', password: 'x', allowsPlain: false }, () => 'n');
  one.challenge(['Digest realm="the \\"cam\\"", nonce="abc", qop="auth"'], url);
  assert.match(one.header({ method: 'GET', url }) ?? '', 'username="a\\"b\\\\c", realm="the \\"cam\\"", nonce="abc"');
});

const refused: [what: string, headers: string[], says: RegExp][] = [
  ['nothing', [], /of a kind that is not known/],
  ['another scheme', ['Negotiate', 'Bearer realm="x"'], /of a kind that is not known/],
  ['Digest with an algorithm of another kind', ['Digest realm="x", nonce="y", algorithm=SHA-512-256'], /of a kind that is not known/],
  ['Digest that protects the body alone', ['Digest realm="x", nonce="y", qop="auth-int"'], /of a kind that is not known/],
  ['Digest without a nonce', ['Digest realm="x"'], /of a kind that is not known/],
  ['Basic over http', ['Basic realm="x"'], /in plain text/],
  ['sixty thousand commas', [','.repeat(60_000)], /of a kind that is not known/],
];
for (const [what, headers, says] of refused) {
  test(`no answer to ${what}`, () => {
    const one = authorizer();
    assert.match(one.challenge(headers, url) ?? '', says);
    assert.is(one.header({ method: 'GET', url }), undefined);
  });
}

test('Basic over https, and over http where that is allowed', () => {
  assert.is(answerTo(['Basic realm="x"'], new URL('https://camera.lan/')), 'Basic TXVmYXNhOkNpcmNsZSBvZiBMaWZl');
  const one = authorizer(true);
  assert.is(one.challenge(['Basic realm="x"'], url), undefined);
  assert.match(one.header({ method: 'GET', url }) ?? '', /^Basic /);
});

test.run();
