import type { PictureSource } from '../../../drivers/camera/picture-source.ts';
import { StandInCamera } from '../../support/stand-in-camera.ts';
import type { LiveRig } from './live-camera.ts';

/** A driver whose program is played by `StandInCamera`. */
export function standInRig(open: (command: string) => PictureSource): LiveRig {
  const program = new StandInCamera();
  return {
    source: open(program.command),
    silence: () => program.set({ mood: 'silent' }),
    garble: () => program.set({ mood: 'garbage' }),
    freeze: () => program.set({ mood: 'frozen' }),
    mend: () => program.set({}),
    cut: () => program.set({ mood: 'ends' }),
    resize: () => program.set({ width: 640, height: 360 }),
    clear: async () => program.clear(),
  };
}
