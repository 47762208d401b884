import { join, resolve } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../daemon/base/clock.ts';
import { ruuidOf, uuidBytes } from '../daemon/base/ids.ts';
import type { Camera } from './camera/camera.ts';
import type { PictureSource } from './camera/picture-source.ts';
import type { DoorIo, OutputName } from './door-io/door-io.ts';
import type { OutputPin } from './door-io/door-pins.ts';
import { SYSFS_GPIO, findChip, isInSysfs } from './door-io/gpio-chip.ts';
import { guardProgram } from './door-io/guard-program.ts';
import type { RelayLineSpec } from './door-io/relay-line.ts';

/** In the config's stateDir; the units in systemd/ name it too. */
export const RELAY_LINE_FILE = 'relay-line';

/**
 * The one place where a driver's name in the config becomes a driver. Each is loaded only when it is named.
 * `password` is what the camera's passwordFile holds.
 */
export async function openCamera({ camera, light }: Config, clock: Clock, password?: string): Promise<Camera> {
  if (camera.driver === 'replay') {
    const { ReplayCamera } = await import('./camera/replay.ts');
    const loop = camera.loopPauseS === undefined ? {} : { loop: { pauseMs: camera.loopPauseS * 1000 } };
    return new ReplayCamera({ dir: camera.session, clock, ...loop });
  }
  const { SupervisedCamera } = await import('./camera/supervised-camera.ts');
  const { stallMs, frozenAfterS } = camera;
  return new SupervisedCamera({ source: await openSource(camera, light.steerExposure, clock, password), clock, stallMs, frozenAfterMs: frozenAfterS * 1000 });
}

type SourceConfig = Exclude<Config['camera'], { driver: 'replay' }>;

async function openSource(camera: SourceConfig, steers: boolean, clock: Clock, password = ''): Promise<PictureSource> {
  switch (camera.driver) {
    case 'rpicam': {
      const { rpicamSource } = await import('./camera/rpicam.ts');
      return rpicamSource({ ...camera, clock });
    }
    case 'v4l2': {
      const { v4l2Source } = await import('./camera/v4l2.ts');
      return v4l2Source({ ...camera, steers, clock });
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

/** `apiKey` is what the door controller's apiKeyFile holds. */
export async function openDoorIo(config: Config, clock: Clock, apiKey = ''): Promise<DoorIo> {
  const { doorIo, stateDir } = config;
  const outputs = outputsOf(config);
  const lineFile = join(stateDir, RELAY_LINE_FILE);
  switch (doorIo.driver) {
    case 'simulated': {
      const { SimulatedDoorIo } = await import('./door-io/simulated.ts');
      const visitor = doorIo.visitor === undefined ? {} : { visitor: doorIo.visitor };
      return new SimulatedDoorIo({ dir: join(stateDir, 'door'), clock, lineFile, guard: 'process', outputs: Object.keys(outputs) as OutputName[], ...visitor });
    }
    case 'onoff': {
      const { OnoffDoorIo } = await import('./door-io/onoff.ts');
      return new OnoffDoorIo({ ...doorIo, outputs, clock, lineFile });
    }
    case 'gpiod': {
      const { GpiodDoorIo } = await import('./door-io/gpiod.ts');
      return new GpiodDoorIo({ ...doorIo, outputs, clock, lineFile });
    }
    case 'auto': return openDoorIo({ ...config, doorIo: { ...doorIo, driver: driverHere(doorIo.chipLabel) } }, clock);
    case 'rhombus': {
      const { RhombusDoorIo } = await import('./door-io/rhombus.ts');
      return new RhombusDoorIo({ ...doorIo, apiKey, clock, doorUuid: controllersDoor(config) });
    }
  }
}

/** The door's RUUID as its controller lists it. */
export function controllersDoor({ door, doorIo }: Pick<Config, 'door' | 'doorIo'>): string {
  const named = ('doorUuid' in doorIo ? doorIo.doorUuid : undefined) ?? door.uuid;
  return ruuidOf(uuidBytes(named) as Uint8Array);
}

/** Those that the config wires. */
function outputsOf({ feedback, light }: Config): Partial<Record<OutputName, OutputPin>> {
  const { greenPin, greenActiveLow, redPin, redActiveLow, buzzerPin, buzzerActiveLow } = feedback;
  return {
    ...(greenPin !== undefined && { green: { pin: greenPin, activeLow: greenActiveLow } }),
    ...(redPin !== undefined && { red: { pin: redPin, activeLow: redActiveLow } }),
    ...(buzzerPin !== undefined && { buzzer: { pin: buzzerPin, activeLow: buzzerActiveLow } }),
    ...(light.pin !== undefined && { light: { pin: light.pin, activeLow: light.activeLow } }),
  };
}

/** What `auto` means on this machine. */
export function driverHere(chipLabel: string | undefined, sysfs = SYSFS_GPIO): 'onoff' | 'gpiod' {
  return isInSysfs(sysfs, chipLabel) ? 'onoff' : 'gpiod';
}

/** Which line the relay is on; undefined for another controller's. Throws PosternError('gpio-chip') where its chip cannot be told. */
export async function relayLineOf({ doorIo, stateDir }: Pick<Config, 'doorIo' | 'stateDir'>): Promise<RelayLineSpec | undefined> {
  if (doorIo.driver === 'rhombus') return undefined;
  if (doorIo.driver === 'simulated') return { kind: 'file', path: resolve(stateDir, 'door/relay') };
  const { relayPin: pin, relayActiveLow: activeLow, chipLabel } = doorIo;
  const driver = doorIo.driver === 'auto' ? driverHere(chipLabel) : doorIo.driver;
  if (driver === 'onoff') return { kind: 'sysfs', chipLabel: findChip(SYSFS_GPIO, chipLabel).label, pin, activeLow };
  const { findDeviceChip } = await import('./door-io/gpiod-chip.ts');
  return { kind: 'chip', chipLabel: (await findDeviceChip(guardProgram, chipLabel, [pin])).label, pin, activeLow };
}
