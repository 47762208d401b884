import { join } from 'node:path';
import type { Config } from '../config/schema.ts';
import type { Clock } from '../daemon/base/clock.ts';
import type { Camera } from './camera/camera.ts';
import type { DoorIo, OutputName } from './door-io/door-io.ts';
import type { OutputPin } from './door-io/onoff.ts';

/** The one place where a driver's name in the config becomes a driver. Each is loaded only when it is named. */
export async function openCamera({ camera }: Config, clock: Clock): Promise<Camera> {
  const { ReplayCamera } = await import('./camera/replay.ts');
  const loop = camera.loopPauseS === undefined ? {} : { loop: { pauseMs: camera.loopPauseS * 1000 } };
  return new ReplayCamera({ dir: camera.session, clock, ...loop });
}

export async function openDoorIo(config: Config, clock: Clock): Promise<DoorIo> {
  const { doorIo, stateDir } = config;
  const outputs = outputsOf(config);
  switch (doorIo.driver) {
    case 'simulated': {
      const { SimulatedDoorIo } = await import('./door-io/simulated.ts');
      const visitor = doorIo.visitor === undefined ? {} : { visitor: doorIo.visitor };
      return new SimulatedDoorIo({ dir: join(stateDir, 'door'), clock, guard: 'process', outputs: Object.keys(outputs) as OutputName[], ...visitor });
    }
    case 'onoff': {
      const { OnoffDoorIo } = await import('./door-io/onoff.ts');
      return new OnoffDoorIo({ ...doorIo, outputs, clock });
    }
  }
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
