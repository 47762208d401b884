// A backend with one webhook, in a process of its own that can be killed. Arguments: folder, secret file, URL of the receiver.
import { Backend } from '../../../../daemon/backend/backend.ts';
import { systemClock } from '../../../../daemon/base/clock.ts';
import { allAlerts, FRONT } from '../events/reporting-site.ts';

const [, , dir = '', secretFile = '', receiver = ''] = process.argv;
const backend = await Backend.open({ dir, clock: systemClock, alerts: allAlerts, webhooks: [{ url: receiver, secretFile }] });
if (backend.doors().length === 0) backend.addDoor({ uuid: FRONT, name: 'Front door' });
const key = backend.createApiKey('door');
const { url } = await backend.listen({ host: '127.0.0.1', port: 0 });
process.stdout.write(`${JSON.stringify({ url, key })}\n`);
