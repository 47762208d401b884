import { z } from 'zod';
import { withControllerRules } from './controller-rules.ts';
import { pairsOf, withPinRules } from './pin-rules.ts';
import { about, filePath, isLoopback, type DeepReadonly } from './fields.ts';
import { access } from './sections/access.ts';
import { alarms } from './sections/alarms.ts';
import { backend, embeddedBackend } from './sections/backend.ts';
import { camera } from './sections/camera.ts';
import { DOOR_PINS, doorIo } from './sections/door-io.ts';
import { door } from './sections/door.ts';
import { events } from './sections/events.ts';
import { evidence } from './sections/evidence.ts';
import { feedback } from './sections/feedback.ts';
import { http } from './sections/http.ts';
import { light } from './sections/light.ts';
import { log } from './sections/log.ts';
import { mqtt } from './sections/mqtt.ts';
import { scan } from './sections/scan.ts';

/** Those of the door first: a lamp gives way to a relay. The door's own among each other are its section's matter. */
const pinPairs = pairsOf([...DOOR_PINS.map((name) => `doorIo.${name}`), 'feedback.greenPin', 'feedback.redPin', 'feedback.buzzerPin', 'light.pin'])
  .filter(([, second]) => !second.startsWith('doorIo.'));

/**
 * The one statement of the config: keys, types, units, bounds, defaults, help and the rules between keys.
 * `load.ts` reads by it, and example.yaml and REFERENCE.md are generated from it.
 */
export const configSchema = withControllerRules(withPinRules(z.strictObject({
  stateDir: filePath().describe('Folder of what must survive: event log, pictures, list of codes.').meta({ example: '/var/lib/postern' }),
  door: door.describe('The door and its times.'),
  camera: camera.describe('Where pictures come from.'),
  doorIo: doorIo.describe('The lock relay, the door contact and the request to exit.'),
  feedback: feedback.prefault({}).describe('Lamps and a buzzer that tell whoever stands at the door what becomes of their code. Pins count as those of doorIo.'),
  light: light.prefault({}).describe('Light for the camera, and how it makes use of what there is.'),
  scan: scan.prefault({}).describe('Reading codes in pictures.'),
  access: access.describe('Deciding who may come in.'),
  backend: backend.exactOptional().describe('The service that issues codes and answers for them; absent: the door decides by the list it has.'),
  embeddedBackend: embeddedBackend.exactOptional().describe('A backend inside this process, for trying out and for a single door.'),
  evidence: evidence.prefault({}).describe('Pictures of attempts.'),
  events: events.prefault({}).describe('The event log.'),
  alarms: alarms.prefault({}).describe('What raises an alarm; daemon/report/alarms/ALARMS.md has all alarms.'),
  http: http.prefault({}).describe('The status page.'),
  mqtt: mqtt.exactOptional().describe('Telling a broker: the door\'s state, its events, Home Assistant; and commands, where they are allowed. Absent: no broker is told. Topics and payloads: MQTT.md.'),
  log: log.prefault({}).describe('What the daemon says on its standard error.'),
}), pinPairs)
  .refine((it) => it.access.foreignCodes === 'deny' || it.backend, about(['access.foreignCodes', 'backend'], 'must be deny without a backend section, for there is nobody to ask'))
  .refine(({ backend: it }) => !it || it.apiKeyFile !== undefined || it.clientCertFile !== undefined, about(['backend'], 'must have an apiKeyFile or a clientCertFile, or the backend does not know the door'))
  .refine(({ backend: it }) => !it || (it.clientCertFile === undefined) === (it.clientKeyFile === undefined), about(['backend'], 'must have clientCertFile and clientKeyFile together'))
  .refine(({ backend: it }) => !it || it.url.startsWith('https:') || (it.caFile ?? it.clientCertFile) === undefined, about(['backend.url', 'backend.caFile', 'backend.clientCertFile'], 'must begin with https:// where there is a caFile or clientCertFile'))
  .refine((it) => it.access.remoteUnlock === 'off' || it.backend, about(['access.remoteUnlock', 'backend'], 'must be off without a backend section, for there is nobody to ask'))
  .refine((it) => !it.embeddedBackend || it.backend, about(['embeddedBackend', 'backend'], 'must come with a backend section (url and apiKeyFile), or the door does not ask it'))
  .refine((it) => !it.http.enabled || it.http.port !== it.embeddedBackend?.port, about(['http.port', 'http.enabled', 'embeddedBackend.port'], 'must be another port than embeddedBackend.port'))
  .refine(({ http: it }) => !it.enabled || (it.certFile === undefined) === (it.keyFile === undefined), about(['http'], 'must have certFile and keyFile together'))
  .refine(({ http: it }) => !it.enabled || isLoopback(it.host) || it.certFile !== undefined, about(['http.host', 'http.certFile'], 'must be a loopback address without certFile and keyFile: what is read and ordered over the network goes by TLS'))
  .refine(({ http: it }) => !it.enabled || it.certFile === undefined || !['0.0.0.0', '::'].includes(it.host) || it.allowedHosts.length > 0, about(['http.allowedHosts', 'http.host', 'http.certFile'], 'must name what the page is reached by where it listens on every address'))
  .refine((it) => !it.light.steerExposure || it.camera.driver === 'v4l2', about(['light.steerExposure', 'camera.driver'], 'must be false unless camera.driver is v4l2: the others cannot be steered'))
  .refine((it) => !it.door.rexReleases || it.doorIo.driver === 'simulated' || 'rexPin' in it.doorIo, about(['door.rexReleases', 'doorIo'], 'must be false without doorIo.rexPin'))
  .refine((it) => !it.door.fireReleases || it.doorIo.driver === 'simulated' || 'firePin' in it.doorIo, about(['door.fireReleases', 'doorIo'], 'must be false without doorIo.firePin'))
  .refine((it) => it.access.pollS < it.access.maxListAgeH * 3_600, about(['access.pollS', 'access.maxListAgeH'], 'must be shorter than maxListAgeH, or the list would go stale between two polls')));

/** A config as the daemon gets it: complete, frozen, its paths absolute. */
export type Config = DeepReadonly<z.output<typeof configSchema>>;
