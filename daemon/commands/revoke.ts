import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PosternError } from '../base/errors.ts';
import { BackendClient } from './backend-client.ts';
import type { Command } from './command.ts';
import { openConfig } from './config-file.ts';

const answerSchema = z.object({ accessTokenUuid: z.string(), changed: z.boolean() });

export const revokeCommand: Command = {
  name: 'revoke',
  summary: 'Revokes codes',
  help: `Usage: postern revoke TOKEN-ID… [options]

Has the backend that the config names revoke codes for good. A door that reaches the backend refuses them at once,
one that does not after its next list, at the latest when its list is older than access.maxListAgeH.

  --config FILE     config with backend.url and backend.adminKeyFile (default: config/demo.yaml once the demo is prepared)
  --principal TEXT  on whose behalf, for the backend's audit log

Exit codes: 0 all are revoked now; 1 some are unknown to the backend; 2 wrong usage, or the backend could not be reached.
`,
  async run(args, { out, err }) {
    const { values, positionals } = parseArgs({ args: args.filter((arg) => !isTokenId(arg)), allowPositionals: true, options: { config: { type: 'string' }, principal: { type: 'string' } } });
    const ids = args.filter(isTokenId);
    if (positionals.length > 0) throw new PosternError('usage', `"${positionals[0]}" is no token id: those have 22 characters.`);
    if (ids.length === 0) throw new PosternError('usage', 'Name the tokens to revoke by their ids, as "postern issue" printed them.');
    const client = BackendClient.of(openConfig(values.config));
    let unknown = 0;
    for (const id of ids) {
      const revoked = await revoke(client, id, values.principal);
      if (revoked === 'unknown') unknown++;
      (revoked === 'unknown' ? err : out).write(`${id}: ${revoked}\n`);
    }
    return unknown === 0 ? 0 : 1;
  },
};

/** An id may begin with "-", so ids are told from options by their shape. */
function isTokenId(arg: string): boolean {
  return /^[A-Za-z0-9_-]{21}[AQgw]$/.test(arg);
}

async function revoke(client: BackendClient, id: string, principal: string | undefined): Promise<'revoked' | 'was revoked already' | 'unknown'> {
  try {
    const answer = await client.call('/api/accesscontrol/qr/revokeQRAccessCode', { accessTokenUuid: id, auditPrincipal: principal }, answerSchema);
    return answer.changed ? 'revoked' : 'was revoked already';
  } catch (thrown) {
    if (thrown instanceof PosternError && thrown.code === 'token-unknown') return 'unknown';
    throw thrown;
  }
}
