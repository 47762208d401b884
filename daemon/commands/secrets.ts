import type { Config } from '../../config/schema.ts';
import type { MqttSecrets, Secrets } from '../parts/app-options.ts';
import { readApiKey, readCommandKeys, readPassword, readRootKeys, readZoneMaster } from './key-files.ts';

/** Reads the key files that the config names for running a door. Throws PosternError('key-file'). */
export function readSecrets({ access, backend, mqtt }: Config): Secrets {
  return {
    roots: readRootKeys(access.rootKeysFile),
    apiKey: backend?.apiKeyFile === undefined ? undefined : readApiKey(backend.apiKeyFile),
    zoneMaster: access.zoneMasterFile === undefined ? undefined : readZoneMaster(access.zoneMasterFile),
    ...(mqtt && { mqtt: readMqttSecrets(mqtt) }),
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

/** A password that cannot be read now keeps the daemon from starting; one that cannot be read later is told. */
function readMqttSecrets({ passwordFile, commandKeysFile }: NonNullable<Config['mqtt']>): MqttSecrets {
  if (passwordFile !== undefined) readPassword(passwordFile);
  return {
    password: passwordFile === undefined ? undefined : () => readPassword(passwordFile),
    commandKeys: commandKeysFile === undefined ? [] : readCommandKeys(commandKeysFile),
  };
}
