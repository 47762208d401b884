// A backend with one door, in a process of its own that can be killed. Arguments: folder, port, RUUID of the door. It prints
// where it answers, keys and a fresh code, as JSON.
import { Backend } from '../../daemon/backend/backend.ts';
import { systemClock } from '../../daemon/base/clock.ts';
import { allAlerts } from './backend/events/reporting-site.ts';

const [, , dir = '', port = '0', door = ''] = process.argv;
const backend = await Backend.open({ dir, clock: systemClock, alerts: allAlerts });
if (backend.doors().length === 0) backend.addDoor({ uuid: door, name: 'Front door' });
const { url } = await backend.listen({ host: '127.0.0.1', port: Number(port) });
process.stdout.write(`${JSON.stringify({
  url, doorKey: backend.createApiKey('door'), readerKey: backend.createApiKey('reader'), code: backend.issue({ doors: [door], validS: 3_600 }, 'front desk').text,
  roots: backend.rootPublicKeys().map((key) => Buffer.from(key).toString('base64url')),
})}\n`);
