import { z } from 'zod';
import { doorCommandOutcomeText, doorCommandSchemas } from '../../daemon/base/door-command.ts';
import { refusalTexts } from '../../daemon/report/mqtt/command-rules.ts';
import { alarmTopicSchema, eventSchema, gapSchema, resultSchema, scanSchema, signedCommandSchema, stateSchema, unsignedCommandSchema } from '../../daemon/report/mqtt/payloads.ts';
import { TOPIC_NAMES, type TopicKind } from '../../daemon/report/mqtt/topics.ts';

interface TopicHelp {
  way: 'door →' | '→ door';
  qos: 0 | 1;
  retained: boolean;
  about: string;
  payload: z.ZodType | string;
}

const INTRO = `# MQTT: topics and payloads

Generated from the code by \`npm run docs\`. A door with an \`mqtt\` section in its config (REFERENCE.md) tells a broker what happens.
Every topic begins with \`PREFIX/RUUID/\`: mqtt.topicPrefix (\`postern\` unless told) and the door's uuid as 22 characters. No topic
holds a name. Payloads are JSON in UTF-8 unless told otherwise; times are wall milliseconds by the door's clock. Nothing depends on
properties of MQTT 5.

An event is published at least once, in the order of the door's log; know it by its \`id\`. Give each door's user the right to
write \`PREFIX/RUUID/#\` and to read \`PREFIX/RUUID/command\` and \`PREFIX/RUUID/set/#\`; to Home Assistant alone the right to write
\`PREFIX/+/set/#\`. A command is never to be retained, and is refused when it comes within 2 s of the door's subscribing.
`;

const SIGNED = `A signed command is the bytes of a COSE_Sign1 (RFC 9052 §4.2), untagged: protected header {1: -19 (Ed25519, RFC 9864), 4: key id}, where the
key id is the first 4 bytes of SHA-256 of the raw public key; empty unprotected header; payload: the JSON below; external_aad: the
text \`postern command 1\`. \`postern send\` makes and sends one.`;

const topics: Record<TopicKind, TopicHelp> = {
  availability: { way: 'door →', qos: 1, retained: true, about: 'Whether the door\'s daemon is there; offline is also its last will.', payload: 'The text `online` or `offline`.' },
  state: { way: 'door →', qos: 1, retained: true, about: 'The door and its parts as they are now; told when something changes, and once a minute.', payload: stateSchema },
  events: { way: 'door →', qos: 1, retained: false, about: 'Every event of the log, also those that happened while there was no broker.', payload: eventSchema },
  gap: { way: 'door →', qos: 1, retained: true, about: 'Events that were pruned from the door\'s log before a broker had them; the last such gap.', payload: gapSchema },
  scan: { way: 'door →', qos: 0, retained: false, about: 'An attempt at the moment it happens, for people; never repeated later.', payload: scanSchema },
  picture: { way: 'door →', qos: 1, retained: true, about: 'The newest kept picture, codes pixelated, where mqtt.lastPicture allows it; empty when there is none.', payload: 'A JPEG, or nothing.' },
  alarm: { way: 'door →', qos: 1, retained: true, about: 'One topic an alarm: `alarm/NAME`.', payload: alarmTopicSchema },
  results: { way: 'door →', qos: 0, retained: false, about: 'What came of each command; at `results/REPLY` for a signed command that names a reply.', payload: resultSchema },
  command: { way: '→ door', qos: 0, retained: false, about: `Signed commands, with mqtt.commands signed or home-assistant. ${SIGNED}`, payload: signedCommandSchema },
  setLock: { way: '→ door', qos: 0, retained: false, about: 'Unsigned, with mqtt.commands home-assistant: UNLOCK.', payload: unsignedCommandSchema },
  setMode: { way: '→ door', qos: 0, retained: false, about: 'Unsigned, with mqtt.commands home-assistant: lockdown.', payload: unsignedCommandSchema },
  restart: { way: '→ door', qos: 0, retained: false, about: 'Unsigned, with mqtt.homeAssistant.restartButton: RESTART.', payload: unsignedCommandSchema },
};

/** config/MQTT.md. */
export function mqttReference(): string {
  const kinds = Object.keys(topics) as TopicKind[];
  const rows = kinds.map((kind) => `| \`${nameOf(kind)}\` | ${topics[kind].way} | ${topics[kind].qos} | ${topics[kind].retained ? 'yes' : 'no'} | ${firstSentence(topics[kind].about)} |`);
  return [
    INTRO, '| topic | way | QoS | retained | what |', '|---|---|---|---|---|', ...rows, '',
    ...kinds.map((kind) => `## ${nameOf(kind)}\n\n${topics[kind].about}\n\n${payloadText(topics[kind].payload)}`),
    '## Commands\n\n| command | what it does |\n|---|---|', ...doorCommandSchemas.map(commandRow), '',
    '## Outcomes\n\n| outcome | text |\n|---|---|', ...Object.entries({ ...doorCommandOutcomeText, ...refusalTexts }).map(([outcome, text]) => `| \`${outcome}\` | ${text} |`), '',
  ].join('\n');
}

function nameOf(kind: TopicKind): string {
  return kind === 'alarm' ? `${TOPIC_NAMES.alarm}/NAME` : TOPIC_NAMES[kind];
}

function firstSentence(text: string): string {
  return text.split(/(?<=\.) /)[0] ?? text;
}

function payloadText(payload: z.ZodType | string): string {
  if (typeof payload === 'string') return `${payload}\n`;
  const { properties = {}, required = [], description } = z.toJSONSchema(payload) as JsonSchema;
  const rows = Object.entries(properties).map(([name, member]) => `| \`${name}\` | ${typeText(member)}${required.includes(name) ? '' : ', may be absent'} | ${member.description ?? ''} |\n`);
  return `${description === undefined ? '' : `${description}\n\n`}| member | type | what |\n|---|---|---|\n${rows.join('')}`;
}

interface JsonSchema {
  type?: string;
  description?: string;
  const?: unknown;
  enum?: unknown[];
  anyOf?: JsonSchema[];
  properties?: Record<string, JsonSchema>;
  required?: string[];
  items?: JsonSchema;
  additionalProperties?: JsonSchema | boolean;
}

function typeText(schema: JsonSchema): string {
  if (schema.anyOf) return schema.anyOf.map(typeText).join(' or ');
  if (schema.const !== undefined) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if (schema.type === 'array') return `list of ${typeText(schema.items ?? {})}`;
  if (schema.properties) return `{${Object.entries(schema.properties).map(([name, member]) => `${name}: ${typeText(member)}`).join('; ')}}`;
  if (typeof schema.additionalProperties === 'object') return `by name ${typeText(schema.additionalProperties)}`;
  return schema.type ?? 'any';
}

function commandRow(schema: (typeof doorCommandSchemas)[number]): string {
  const { properties = {}, description = '' } = z.toJSONSchema(schema) as JsonSchema;
  const members = Object.entries(properties).map(([name, { const: is }]) => `"${name}": ${is === undefined ? '…' : JSON.stringify(is)}`);
  return `| \`{${members.join(', ')}}\` | ${description} |`;
}
