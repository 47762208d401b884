/**
 * A process like the daemon, for tests that kill it: takes pictures from a camera by a program.
 *
 *   node camera-holding-process.js COMMAND
 */
import { systemClock } from '../../../daemon/base/clock.ts';
import { SupervisedCamera } from '../../../drivers/camera/supervised-camera.ts';
import { v4l2Source } from '../../../drivers/camera/v4l2.ts';

const [command = ''] = process.argv.slice(2);
const source = v4l2Source({ clock: systemClock, device: '/dev/null', format: 'mjpeg', width: 320, height: 180, framesPerSecond: 15, rotate: 0, command });
let isTold = false;
new SupervisedCamera({ source, clock: systemClock, stallMs: 10_000, frozenAfterMs: 0 }).start({
  frame() {
    if (!isTold) process.stdout.write('pictures\n');
    isTold = true;
  },
  stopped: (reason) => void process.stderr.write(`${reason}\n`),
});
