import type { DoorTopics } from './topics.ts';

/** What Home Assistant is to show of a door. */
export interface HomeAssistantDoor {
  doorUuid: string;
  name: string;
  version: string;
  topics: DoorTopics;
  hasContact: boolean;
  lastPicture: boolean;
  /** Whether it may unlock and enter lockdown. */
  commands: boolean;
  restartButton: boolean;
}

/** One entity; `p` is its platform. */
export interface Component {
  p: string;
  [key: string]: unknown;
}

/** A device discovery message: https://www.home-assistant.io/integrations/mqtt/#device-discovery-payload */
export interface DiscoveryPayload {
  dev: Record<string, unknown>;
  o: Record<string, unknown>;
  cmps: Record<string, Component>;
  availability_topic: string;
  qos: 0 | 1;
}

const MODES = ['normal', 'passage', 'lockdown'];
/** So that a command that was held up on its way is refused by its age. */
const DATED_COMMAND = '{"do":"{{ value }}","atMs":{{ (now().timestamp() * 1000) | int }}}';

export function discoveryTopic(prefix: string, doorUuid: string): string {
  return `${prefix}/device/postern_${doorUuid}/config`;
}

export function discoveryPayload(door: HomeAssistantDoor): DiscoveryPayload {
  const { doorUuid, name, version, topics } = door;
  const all = { ...watching(door), ...(door.commands ? commanding(door) : reading(door)) };
  const cmps = Object.fromEntries(Object.entries(all).map(([id, component]) => [id, { ...component, unique_id: `postern_${doorUuid}_${id}` }]));
  return {
    dev: { ids: [`postern_${doorUuid}`], name, mf: 'Postern', mdl: 'Door', sw: version, sn: doorUuid },
    o: { name: 'Postern', sw: version },
    availability_topic: topics.availability,
    qos: 0,
    cmps,
  };
}

/** Which platform each entity is of: what is published again with the platform alone is taken away. */
export function platformsOf({ cmps }: DiscoveryPayload): Record<string, string> {
  return Object.fromEntries(Object.entries(cmps).map(([id, { p }]) => [id, p]));
}

function watching({ topics, hasContact, lastPicture }: HomeAssistantDoor): Record<string, Component> {
  const { state, scan, picture } = topics;
  const diagnostic = { state_topic: state, entity_category: 'diagnostic' };
  return {
    ...(hasContact && { contact: { p: 'binary_sensor', name: 'Door', device_class: 'door', state_topic: state, value_template: '{{ "ON" if value_json.contact == "open" else "OFF" }}' } }),
    alarm: {
      p: 'binary_sensor', name: 'Alarm', device_class: 'safety', state_topic: state, value_template: '{{ "ON" if value_json.alarms | length > 0 else "OFF" }}',
      json_attributes_topic: state, json_attributes_template: '{{ {"alarms": value_json.alarms | map(attribute="text") | list} | tojson }}',
    },
    scan: { p: 'event', name: 'Scan', icon: 'mdi:qrcode-scan', state_topic: scan, event_types: ['granted', 'denied', 'unavailable'] },
    ...(lastPicture && { picture: { p: 'image', name: 'Last picture', image_topic: picture, content_type: 'image/jpeg' } }),
    health: {
      ...diagnostic, p: 'binary_sensor', name: 'Health', device_class: 'problem', value_template: '{{ "OFF" if value_json.health == "ok" else "ON" }}',
      json_attributes_topic: state, json_attributes_template: '{{ {"parts": value_json.parts} | tojson }}',
    },
    clock: { ...diagnostic, p: 'sensor', name: 'Clock', device_class: 'enum', options: ['verified', 'rtc', 'floor', 'suspect'], value_template: '{{ value_json.clock }}' },
    outbox: { ...diagnostic, p: 'sensor', name: 'Events waiting', icon: 'mdi:tray-full', state_class: 'measurement', value_template: '{{ value_json.outbox.waiting }}' },
    started: { ...diagnostic, p: 'sensor', name: 'Started', device_class: 'timestamp', value_template: '{{ (value_json.startedAtMs / 1000) | as_datetime }}' },
  };
}

/** Without leave to command, the same is told by entities that have no buttons. */
function reading({ topics: { state } }: HomeAssistantDoor): Record<string, Component> {
  return {
    // The class "lock" is on while unlocked.
    locked: { p: 'binary_sensor', name: 'Lock', device_class: 'lock', state_topic: state, value_template: '{{ "OFF" if value_json.lock == "LOCKED" else "ON" }}' },
    mode_told: { p: 'sensor', name: 'Mode', device_class: 'enum', options: MODES, state_topic: state, value_template: '{{ value_json.mode }}' },
  };
}

function commanding({ topics, restartButton }: HomeAssistantDoor): Record<string, Component> {
  const { state, setLock, setMode, restart } = topics;
  // A command that a broker keeps is refused, so none is sent to be kept.
  const sent = { command_template: DATED_COMMAND, retain: false };
  return {
    lock: {
      ...sent, p: 'lock', name: 'Lock', command_topic: setLock, state_topic: state, value_template: '{{ value_json.lock }}', optimistic: false,
      payload_lock: 'LOCK', payload_unlock: 'UNLOCK', state_locked: 'LOCKED', state_unlocked: 'UNLOCKED', state_jammed: 'JAMMED',
    },
    mode: { ...sent, p: 'select', name: 'Mode', command_topic: setMode, state_topic: state, value_template: '{{ value_json.mode }}', options: MODES, optimistic: false },
    ...(restartButton && { restart: { ...sent, p: 'button', name: 'Restart', device_class: 'restart', entity_category: 'config', command_topic: restart, payload_press: 'RESTART' } }),
  };
}
