import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { extname } from 'node:path';
import { parseArgs } from 'node:util';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { CommandIo } from '../command.ts';
import { momentText } from './pass-facts.ts';
import type { IssuedPass, PassDesk } from './pass-desk.ts';
import { passOptions, passWords } from './pass-options.ts';
import { passPlace } from './pass-place.ts';
import { passRequest } from './pass-request.ts';
import { printedPicture, mustHaveFont } from './printed-picture.ts';
import { printPage } from './print-page.ts';
import { withDesk } from './with-desk.ts';

/** `postern pass`: a pass to be printed, or the link of a web pass. */
export async function printPass(args: string[], { out }: CommandIo): Promise<number> {
  const { values } = parseArgs({ args, options: { ...passOptions, out: { type: 'string' }, link: { type: 'boolean', default: false }, json: { type: 'boolean', default: false } } });
  const request = passRequest(passWords(values));
  const isLink = values.link || request.rotating;
  if (isLink && values.out !== undefined) throw new PosternError('usage', `${request.rotating ? 'A changing code is never a picture' : 'A link is printed here'}: leave out --out.`);
  const file = values.out ?? 'pass.html';
  if (!isLink) await mustBePrintable(file);
  return withDesk(passPlace(values), async (desk) => {
    desk.doorOf(request);
    const pass = await desk.issue(request);
    const { tokenId, door } = pass;
    const made = isLink ? { link: await linkOf(desk, pass) } : { file: await printed(desk, pass, file) };
    if (values.json) out.write(`${JSON.stringify({ tokenId, doorUuid: door.uuid, expiresAt: new Date(pass.untilMs).toISOString(), ...made })}\n`);
    else out.write(`Pass ${tokenId} for ${door.name}, valid until ${momentText(pass.untilMs, pass.zone)}.\n${'link' in made ? `Its link: ${made.link}\n` : `To be printed: ${made.file}\n`}To revoke it: postern revoke ${tokenId}\n`);
    return 0;
  });
}

/** Asked before anything is issued. */
async function mustBePrintable(file: string): Promise<void> {
  if (!['.html', '.png'].includes(extname(file))) throw new PosternError('usage', '--out takes a file named .html (a page to be printed) or .png (a picture).');
  if (existsSync(file)) throw new PosternError('usage', `There is a file ${file} already. Nothing was issued.`);
  if (extname(file) === '.png') await mustHaveFont();
}

/** Writes the pass, reads the file again and tests what is in it. The path. */
async function printed(desk: PassDesk, pass: IssuedPass, file: string): Promise<string> {
  try {
    writeFileSync(file, extname(file) === '.png' ? await printedPicture(pass, pass.picture) : printPage(pass, pass.picture), { flag: 'wx', mode: 0o600 });
  } catch (thrown) {
    throw await desk.takenBack(pass, `cannot be written to ${file}: ${messageOf(thrown)}`);
  }
  await desk.test(pass, readFileSync(file)).catch((thrown: unknown) => {
    rmSync(file, { force: true });
    throw thrown;
  });
  return file;
}

async function linkOf(desk: PassDesk, pass: IssuedPass): Promise<string> {
  return desk.link(pass).catch(async (thrown: unknown) => {
    throw thrown instanceof PosternError && thrown.code === 'pass-bad' ? thrown : await desk.takenBack(pass, `has no link: ${messageOf(thrown)}`);
  });
}
