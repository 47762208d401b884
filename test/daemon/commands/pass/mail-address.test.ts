import { test } from 'uvu';
import * as assert from 'uvu/assert';
import { mailAddress, mailbox } from '../../../../daemon/commands/pass/mail-address.ts';
import { refuses } from '../../../support/refusal.ts';

const good: [text: string, address: string][] = [
  ['ada@example.org', 'ada@example.org'],
  [' ada.l+door@mail.example.co.uk ', 'ada.l+door@mail.example.co.uk'],
  ['O\'Brien@example.org', 'O\'Brien@example.org'],
  ['zoe@bücher.example', 'zoe@xn--bcher-kva.example'],
  ['zoe@BÜCHER.example', 'zoe@xn--bcher-kva.example'],
  ['a@例え.jp', 'a@xn--r8jz45g.jp'],
];
for (const [text, address] of good) test(`${text} goes to ${address}`, () => assert.is(mailAddress(text), address));

const bad = [
  '', 'ada', 'ada@', '@example.org', 'ada@example', 'ada@@example.org', 'a b@example.org', 'ada@exam ple.org', 'ada@example..org', '.ada@example.org', 'ada.@example.org',
  'ada@-example.org', 'ada@example.org,eve@example.org', 'ada@example.org;eve@example.org', 'Ada <ada@example.org>', '<ada@example.org>', '"a b"@example.org',
  'ada@example.org\nBcc: eve@example.org', 'ada\r@example.org', 'ada@[127.0.0.1]', 'ada@127.0.0.1', 'ada@example.org/x', 'ada@example.org:25', 'ada@example.org?x', 'ada@example.org#x',
  'zoë@example.org', `${'a'.repeat(65)}@example.org`, `a@${'a'.repeat(64)}.org`, `a@${'a.'.repeat(130)}org`, 'ada@%65xample.org', 'ada@exa\u0000mple.org', 'ada@ex\u200bample.org',
];
for (const text of bad) test(`${JSON.stringify(text).slice(0, 50)} is no address`, () => assert.is(mailAddress(text), undefined));

test('a sender may have a name, and nothing that would end its header', () => {
  assert.equal(mailbox('Reception <reception@example.org>', 'x'), { name: 'Reception', address: 'reception@example.org' });
  assert.equal(mailbox('"Front, desk" <reception@example.org>', 'x'), { name: 'Front, desk', address: 'reception@example.org' });
  assert.equal(mailbox('reception@example.org', 'x'), { name: '', address: 'reception@example.org' });
  for (const text of ['', 'Reception', 'a@example.org, b@example.org', 'A <a@example.org> <b@example.org>', 'A\nBcc: x <a@example.org>', 'A <a@example.org>\nBcc: x']) refuses(() => mailbox(text, 'It'), 'usage', /^It must be/);
});

test.run();
