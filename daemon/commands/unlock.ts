import { parseArgs } from 'node:util';
import { z } from 'zod';
import { PosternError } from '../base/errors.ts';
import { uuidBytes } from '../base/ids.ts';
import { BackendClient } from './backend-client.ts';
import type { Command } from './command.ts';
import { openConfig } from './config-file.ts';

const answerSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('SUCCESS') }),
  z.object({ type: z.literal('ERROR'), errorType: z.string(), errorMsg: z.string().optional() }),
]);

export const unlockCommand: Command = {
  name: 'unlock',
  summary: 'Releases a door from afar',
  help: `Usage: postern unlock [options]

Has the backend that the config names release a door for its unlock time, and says what came of it. The door has to run
with access.remoteUnlock on. It happens within a few seconds or not at all.

  --config FILE     config with backend.url and backend.adminKeyFile (default: config/demo.yaml once the demo is prepared)
  --door UUID       the door to release (default: the config's)
  --principal TEXT  on whose behalf, for the backend's audit log

Exit codes: 0 released; 1 not released, or it is not known (then it says so); 2 wrong usage, or the backend refused or could not be reached.
`,
  async run(args, { out, err }) {
    const { values } = parseArgs({ args, options: { config: { type: 'string' }, door: { type: 'string' }, principal: { type: 'string' } } });
    if (values.door !== undefined && !uuidBytes(values.door)) throw new PosternError('usage', '--door takes an RUUID (22 characters) or a UUID (36 characters). One that begins with - is written --door=UUID.');
    const config = openConfig(values.config);
    const door = values.door ?? config.door.uuid;
    const request = { accessControlledDoorUuid: door, auditPrincipal: values.principal };
    const answer = await BackendClient.of(config).call('/api/accesscontrol/unlockAccessControlledDoor', request, answerSchema);
    switch (answer.type) {
      case 'SUCCESS':
        out.write(`Door ${door} was released.\n`);
        return 0;
      case 'ERROR':
        err.write(`Door ${door}: ${answer.errorType}${answer.errorMsg === undefined ? '' : `. ${answer.errorMsg}`}\n`);
        return 1;
    }
  },
};
