import { Backend } from '../../../../daemon/backend/backend.ts';
import { exampleCode, exampleDoor, exampleToken } from '../../../../daemon/backend/http/example-site.ts';
import { VirtualClock } from '../../../../daemon/base/clock.ts';
import { uuidBytes } from '../../../../daemon/base/ids.ts';

/** A backend that has what the examples of the API document speak of. */
export async function exampleBackend(): Promise<Backend> {
  const clock = new VirtualClock();
  const issuedAtS = clock.wallMs() / 1000;
  const bytes = (text: string): Uint8Array => uuidBytes(text) as Uint8Array;
  return Backend.seed({
    seeds: { root: new Uint8Array(32).fill(1), token: new Uint8Array(32).fill(2), list: new Uint8Array(32).fill(3), zoneMaster: new Uint8Array(32).fill(4) },
    doors: [{ uuid: exampleDoor, name: 'Front door' }],
    tokens: [{ name: 'example', claims: { id: bytes(exampleToken), doors: [bytes(exampleDoor)], issuedAtS, expiresAtS: issuedAtS + 30 * 86_400 }, status: 'active', text: exampleCode }],
  }, { clock });
}
