import { BackendConnection } from '../access/backend-connection.ts';
import type { StopStack } from '../base/stop-stack.ts';
import { BackendUpload } from '../report/backend-upload.ts';
import type { AppOptions } from './app-options.ts';
import { storedPictures } from './evidence.ts';
import type { Memory } from './memory.ts';
import { backendOf } from './backend-address.ts';

export function startUpload({ config, secrets, clock, log, jitter }: AppOptions, { doorUuid, events, status }: Memory, started: StopStack): BackendUpload | undefined {
  const backend = backendOf(config, secrets);
  if (!backend || !config.backend?.uploadEvents) return undefined;
  // Of its own, so that an attempt never waits for a connection that a picture has.
  const connection = new BackendConnection(backend);
  const upload = new BackendUpload({
    request: (what) => connection.request(what), doorUuid, events, state: events.state, pictures: config.backend.uploadPictures,
    readPicture: (file) => storedPictures(config.stateDir).read(file),
    clock, status, log, ...(jitter && { random: jitter }),
  });
  started.push(async () => {
    await upload.stop();
    connection.close();
  });
  upload.start();
  return upload;
}
