import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../daemon/base/clock.ts';
import type { Camera } from './camera/camera.ts';
import type { PictureSource } from './camera/picture-source.ts';
import type { DoorIo } from './door-io/door-io.ts';

/**
 * The one place where a driver's name in the config becomes a driver. Each is loaded only when it is named.
 * `password` is what the camera's passwordFile holds.
 */
export async function openCamera({ camera }: Config, clock: Clock, password?: string): Promise<Camera> {
  if (camera.driver === 'replay') {
    const { ReplayCamera } = await import('./camera/replay.ts');
    const loop = camera.loopPauseS === undefined ? {} : { loop: { pauseMs: camera.loopPauseS * 1000 } };
    return new ReplayCamera({ dir: camera.session, clock, ...loop });
  }
  const { SupervisedCamera } = await import('./camera/supervised-camera.ts');
  const { stallMs, frozenAfterS } = camera;
  return new SupervisedCamera({ source: await openSource(camera, clock, password), clock, stallMs, frozenAfterMs: frozenAfterS * 1000 });
}

type SourceConfig = Exclude<Config['camera'], { driver: 'replay' }>;

async function openSource(camera: SourceConfig, clock: Clock, password = ''): Promise<PictureSource> {
  switch (camera.driver) {
    case 'rpicam': {
      const { rpicamSource } = await import('./camera/rpicam.ts');
      return rpicamSource({ ...camera, clock });
    }
    case 'v4l2': {
      const { v4l2Source } = await import('./camera/v4l2.ts');
      return v4l2Source({ ...camera, clock });
    }
    case 'rtsp': {
      const { rtspSource } = await import('./camera/rtsp.ts');
      return rtspSource({ ...camera, clock, ...(camera.user !== undefined && { login: { user: camera.user, password } }) });
    }
    case 'snapshot': {
      const { SnapshotSource } = await import('./camera/snapshot.ts');
      const login = camera.user === undefined ? {} : { login: { user: camera.user, password, allowsPlain: camera.allowPlainPassword } };
      return new SnapshotSource({ ...camera, clock, ...login });
    }
  }
}

export async function openDoorIo({ doorIo, stateDir }: Config, clock: Clock): Promise<DoorIo> {
  switch (doorIo.driver) {
    case 'simulated': {
      const { SimulatedDoorIo } = await import('./door-io/simulated.ts');
      const visitor = doorIo.visitor === undefined ? {} : { visitor: doorIo.visitor };
      return new SimulatedDoorIo({ dir: join(stateDir, 'door'), clock, guard: 'process', ...visitor });
    }
    case 'onoff': {
      const { OnoffDoorIo } = await import('./door-io/onoff.ts');
      return new OnoffDoorIo({ ...doorIo, clock });
    }
  }
}
