import type { SendMailOptions } from 'nodemailer';
import { escaped } from './markup.ts';
import type { MailAddress } from './mail-address.ts';
import { dayText, factLines, HOW_TO_HOLD, ON_A_SCREEN, type PassFacts } from './pass-facts.ts';

export interface MailedPass {
  from: MailAddress;
  replyTo: MailAddress | undefined;
  to: MailAddress;
  facts: PassFacts;
  /** A picture of the code, or the link of a web pass: a changing code is never a picture. */
  code: { picture: Uint8Array } | { link: string; isChanging: boolean };
}

const CID = 'code@postern';
const ONE_PHONE = 'Open it on the phone you will bring, and tap “Put this pass on this phone”: the code changes every 15 seconds, is shown by that one phone, and the link then ends. Do not forward this mail.';
const ANY_PHONE = 'Open it on the phone you will bring. It is a key: do not forward this mail.';
const A_KEY = 'This code is a key: whoever has it comes in. Do not forward this mail.';

/** The mail of a pass: the same facts as plain text and as HTML, the code's picture inside it. Every address and name is checked before. */
export function passMail({ from, replyTo, to, facts, code }: MailedPass): SendMailOptions {
  const { subject, introduction, closing } = wordsOf(facts, code);
  const lines = factLines(facts);
  const text = [
    `Hello ${facts.holder},`, introduction, 'link' in code ? code.link : 'The code is the picture in this mail.',
    [`Door: ${facts.door.name}`, ...lines.map(([name, value]) => `${name}: ${value}`)].join('\n'), ...closing, `Code ${facts.tokenId}`,
  ].join('\n\n');
  const shown = 'link' in code
    ? `<p><a href="${escaped(code.link)}" style="display:inline-block;padding:12px 20px;border-radius:8px;background:#1b4d8f;color:#ffffff;text-decoration:none;font-weight:bold">Open the pass</a></p><p style="font-size:13px;color:#555555;word-break:break-all">${escaped(code.link)}</p>`
    : `<p style="background:#ffffff;padding:8px;display:inline-block"><img src="cid:${CID}" width="320" height="320" alt="QR code for ${escaped(facts.door.name)}" style="display:block;image-rendering:pixelated"></p>`;
  const rows = [['Door', facts.door.name], ...lines].map(([name, value]) => `<tr><td style="padding:2px 16px 2px 0;color:#555555">${escaped(name ?? '')}</td><td style="padding:2px 0"><b>${escaped(value ?? '')}</b></td></tr>`).join('');
  const html = `<!doctype html><html lang="en"><body style="font-family:sans-serif;font-size:16px;line-height:1.45;color:#1b1d20">
<p>Hello ${escaped(facts.holder)},</p><p>${escaped(introduction)}</p>
${shown}
<table role="presentation" style="border-collapse:collapse">${rows}</table>
${closing.map((it) => `<p>${escaped(it)}</p>`).join('\n')}
<p style="font-size:12px;color:#555555">Code ${facts.tokenId}</p></body></html>`;
  return {
    from, to, subject, text, html,
    ...(replyTo && { replyTo }),
    // The same pass mailed again has the same id, so that a mailbox that drops doubles keeps one.
    messageId: `<pass.${facts.tokenId}@${from.address.split('@')[1]}>`,
    // RFC 3834: no out-of-office replies.
    headers: { 'auto-submitted': 'auto-generated' },
    ...('picture' in code && { attachments: [{ filename: 'code.png', content: Buffer.from(code.picture), contentType: 'image/png', cid: CID, contentDisposition: 'inline' as const }] }),
    disableFileAccess: true,
    disableUrlAccess: true,
  };
}

function wordsOf(facts: PassFacts, code: MailedPass['code']): { subject: string; introduction: string; closing: string[] } {
  const day = dayText(facts.fromMs ?? facts.untilMs, facts.zone);
  return {
    subject: `Your pass: ${facts.door.name}, ${facts.fromMs === undefined ? 'until ' : ''}${day}`,
    introduction: 'link' in code ? `Here is the link of your pass for ${facts.door.name}.` : `Here is your pass for ${facts.door.name}.`,
    closing: 'link' in code ? [code.isChanging ? ONE_PHONE : ANY_PHONE] : [HOW_TO_HOLD, ON_A_SCREEN, A_KEY],
  };
}
