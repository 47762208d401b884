import { connect } from 'node:net';
import type { Clock } from '../../daemon/base/clock.ts';

const LIMIT_MS = 1_000;

/** Whether somebody takes a connection at `host` and `port` within a second; it is closed again at once. */
export function answersAt(clock: Clock, host: string, port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host, port });
    const done = (there: boolean): void => {
      limit.cancel();
      socket.destroy();
      resolve(there);
    };
    const limit = clock.after(LIMIT_MS, () => done(false));
    socket.on('connect', () => done(true));
    socket.on('error', () => done(false));
  });
}
