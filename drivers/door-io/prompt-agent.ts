import { Agent as HttpAgent, type ClientRequestArgs } from 'node:http';
import { Agent as HttpsAgent, type AgentOptions } from 'node:https';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../daemon/base/clock.ts';

type Connected = (error: Error | null, socket: Duplex) => void;

/**
 * Connections that a request gets within `limitMs` of its being asked for, or not at all: what was asked for at a door that
 * slept meanwhile (no network, SIGSTOP) must not go out when it wakes. Each request has one of its own: one kept open may have
 * been closed at the other end, and an order sent into it is lost without anyone's knowing.
 */
export function promptAgent(o: { isSecure: boolean; limitMs: number; clock: Clock; ca?: Buffer | undefined }): HttpAgent {
  const { isSecure, limitMs, clock, ca } = o;
  const manners: AgentOptions = { keepAlive: false, ...(ca && { ca }) };
  const agent = isSecure ? new HttpsAgent(manners) : new HttpAgent(manners);
  const connect = agent.createConnection.bind(agent);
  agent.createConnection = (options: ClientRequestArgs, connected?: Connected) => {
    const beganMs = clock.monotonicMs();
    const socket = connect(options) as Duplex;
    const limit = clock.after(limitMs, () => socket.destroy(lateError(limitMs)));
    socket.once('error', (error) => {
      limit.cancel();
      connected?.(error, socket);
    });
    socket.once(isSecure ? 'secureConnect' : 'connect', () => {
      limit.cancel();
      // Behind a SIGSTOP the connection is heard of before the timer that should have ended it.
      if (clock.monotonicMs() - beganMs > limitMs) socket.destroy(lateError(limitMs));
      else connected?.(null, socket);
    });
    return undefined;
  };
  return agent;
}

function lateError(limitMs: number): Error {
  return Object.assign(new Error(`no connection within ${limitMs} ms`), { code: 'ECONNLATE' });
}
