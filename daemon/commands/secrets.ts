import type { Config } from '../../config/schema.ts';
import type { Secrets } from '../app.ts';
import { readApiKey, readPassword, readRootKeys, readZoneMaster } from './key-files.ts';

/** Reads the key files that the config names for running a door. Throws PosternError('key-file'). */
export function readSecrets({ access, backend }: Config): Secrets {
  return {
    roots: readRootKeys(access.rootKeysFile),
    apiKey: backend?.apiKeyFile === undefined ? undefined : readApiKey(backend.apiKeyFile),
    zoneMaster: access.zoneMasterFile === undefined ? undefined : readZoneMaster(access.zoneMasterFile),
  };
}

/** The API key for the door's controller, where its config names a file for it. Throws PosternError('key-file'). */
export function readControllerKey({ doorIo }: Config): string | undefined {
  return 'apiKeyFile' in doorIo ? readApiKey(doorIo.apiKeyFile) : undefined;
}

/** The password of the door's camera, where its config names a file for it. Throws PosternError('key-file'). */
export function readCameraPassword({ camera }: Config): string | undefined {
  return 'passwordFile' in camera ? readPassword(camera.passwordFile) : undefined;
}
