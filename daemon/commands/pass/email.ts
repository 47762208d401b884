import { parseArgs } from 'node:util';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';
import { mailAddress } from './mail-address.ts';
import { mailOptions, smtpSettings } from './mail-options.ts';
import { Mailer } from './mailer.ts';
import { momentText } from './pass-facts.ts';
import { passOptions, passWords } from './pass-options.ts';
import { passPlace } from './pass-place.ts';
import { PassPost } from './pass-post.ts';
import { passRequest } from './pass-request.ts';
import { withDesk } from './with-desk.ts';

/** `postern pass email`: issues a pass and mails it. A pass that did not go out is revoked. */
export async function mailPass(args: string[], { out }: CommandIo): Promise<number> {
  const { values } = parseArgs({ args, options: { ...passOptions, ...mailOptions, link: { type: 'boolean', default: false } } });
  const email = mailAddress(values.email ?? '');
  if (email === undefined) throw new PosternError('usage', values.email === undefined ? 'Say where it goes: --email ada@example.org.' : `"${values.email}" is no e-mail address. Nothing was issued.`);
  const request = passRequest({ ...passWords(values), email });
  const place = passPlace(values);
  const smtp = smtpSettings(values, place.smtp);
  const post = new PassPost(smtp, new Mailer(smtp));
  return withDesk(place, async (desk) => {
    const pass = await desk.issue(request);
    const isLink = values.link || request.rotating;
    const code = isLink ? { link: await desk.link(pass), isChanging: request.rotating } : { picture: pass.picture };
    if ('picture' in code) await desk.test(pass, code.picture);
    try {
      await post.send(pass, { name: request.name, address: email }, code);
    } catch (thrown) {
      throw thrown instanceof PosternError && thrown.code === 'mail-unknown'
        ? new PosternError('mail-unknown', `${thrown.message}. Whether ${email} has the pass ${pass.tokenId} is unknown; to be sure it opens nothing: postern revoke ${pass.tokenId}`, { cause: thrown })
        : await desk.takenBack(pass, `was not mailed: ${messageOf(thrown)}`);
    }
    out.write(`Pass ${pass.tokenId} for ${pass.door.name}, valid until ${momentText(pass.untilMs, pass.zone)}, mailed to ${email}.\nTo revoke it: postern revoke ${pass.tokenId}\n`);
    return 0;
  });
}
