import { PosternError } from '../base/errors.ts';
import type { Command } from './command.ts';
import { bulkHelp, bulkPasses } from './pass/bulk.ts';
import { mailPass } from './pass/email.ts';
import { passOptionsHelp } from './pass/pass-options.ts';
import { printPass } from './pass/print.ts';

export const passCommand: Command = {
  name: 'pass',
  summary: 'Makes passes for people: to print, to mail, for a whole list',
  help: `Usage: postern pass       --for DURATION --name NAME [options] [--out FILE.html|FILE.png | --link]
       postern pass email --for DURATION --name NAME --email ADDRESS [options]
       postern pass bulk  LIST.csv --out RESULTS.csv [--for DURATION] [options]

Has a backend issue a code and makes a pass of it: the code with the door, the name, the validity by the visitor's own
clock and how to hold it. Every pass is read back from its own bytes and held against what was asked before it goes out;
one that is not right is revoked.

pass makes a page to be printed (.html, one sheet of A4 or Letter) or a picture (.png). email sends it. bulk does so for
every row of a list, and goes on where it was when it is interrupted.

  --out FILE        where the pass goes (default: pass.html); a file that is there is not overwritten
  --link            makes a web pass: prints (or mails) a link that the visitor opens on a phone; with --rotating always
  --json            pass: prints {"tokenId", "doorUuid", "expiresAt", "file" or "link"}
${passOptionsHelp}
How it is mailed (email, bulk --send); a backend's config may hold these in its smtp section:
  --email ADDRESS              where it goes
  --mail-from ADDRESS          whom it comes from: reception@example.org, or "Reception <reception@example.org>"
  --reply-to ADDRESS           whom an answer goes to
  --smtp-host HOST             the server that takes it
  --smtp-port PORT             its port (default: 587; 465 with tls)
  --smtp-security HOW          starttls (default: it must change to TLS first), tls, or none (to this machine only)
  --smtp-user NAME, --smtp-password-file FILE   to log in with; the file must be readable by its owner only
${bulkHelp}
Exit codes: 0 made; 1 bulk: some rows failed, or it was interrupted; 2 wrong usage, or the backend or the mail server
refused or could not be reached.
`,
  async run(args, io) {
    const [verb = '', ...rest] = args;
    switch (verb) {
      case 'email': return mailPass(rest, io);
      case 'bulk': return bulkPasses(rest, io);
      default:
        if (verb !== '' && !verb.startsWith('-')) throw new PosternError('usage', `There is no "postern pass ${verb}". There are: pass, pass email, pass bulk.`);
        return printPass(args, io);
    }
  },
};
