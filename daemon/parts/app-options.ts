import type { Config } from '../../config/schema.ts';
import type { Camera } from '../../drivers/camera/camera.ts';
import type { DoorIo } from '../../drivers/door-io/door-io.ts';
import type { Clock } from '../base/clock.ts';
import type { RandomSource } from '../base/ids.ts';
import type { Logger } from '../base/logger.ts';
import type { PipelineOptions } from '../pipeline.ts';
import type { PassIssuer } from '../report/page/passes.ts';

/** What the mqtt section names by file. */
export interface MqttSecrets {
  /** Read anew for each connection. Throws PosternError('key-file'). */
  password: (() => string) | undefined;
  /** Raw Ed25519 public keys of 32 bytes that may sign commands. */
  commandKeys: Uint8Array[];
}

/** What the config names by file, as read. */
export interface Secrets {
  /** Raw Ed25519 public keys of 32 bytes. */
  roots: Uint8Array[];
  apiKey: string | undefined;
  /** 32 bytes. */
  zoneMaster: Uint8Array | undefined;
  mqtt?: MqttSecrets;
}

export interface AppOptions {
  config: Config;
  secrets: Secrets;
  camera: Camera;
  doorIo: DoorIo;
  clock: Clock;
  random: RandomSource;
  /** 0 ≤ r < 1, for jitter. */
  jitter?: () => number;
  log: Logger;
  version: string;
  /** 'nominal' for a replay: which extra look a frame gets does not depend on the machine. */
  lookCosts?: 'measured' | 'nominal';
  /** Somebody who may asks for a restart: the process is to end, for its supervisor to start it again. */
  onRestartAsked?: () => void;
  /** Issues passes where a backend runs in this process. */
  passes?: PassIssuer;
  /** For the benchmark. */
  onTiming?: PipelineOptions['onTiming'];
}
