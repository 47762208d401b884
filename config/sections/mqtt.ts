import { z } from 'zod';
import { about, filePath, isLoopback, whole } from '../fields.ts';

const brokerUrl = z.string().max(2_048)
  .refine(isBrokerUrl, 'must be a URL that begins with mqtts:// (or mqtt://) and has no user, path, query or fragment')
  .meta({ allowed: 'an mqtts:// URL; mqtt:// on this machine, or with allowPlaintext' });

/** A piece of a topic: nothing that is a level's end, a wildcard or markup somewhere. */
const topicPrefix = (max: number): z.ZodString =>
  z.string().max(max).regex(/^[A-Za-z0-9_-]+(\/[A-Za-z0-9_-]+)*$/, 'must be letters, digits, - and _, levels parted by a single /').meta({ allowed: 'letters, digits, - and _, levels parted by /' });

const homeAssistant = z.strictObject({
  discovery: z.boolean().default(false).describe('Whether the door announces itself to Home Assistant. Turned off again, it takes itself away.'),
  discoveryPrefix: topicPrefix(64).default('homeassistant').describe('Home Assistant\'s discovery prefix.'),
  statusTopic: topicPrefix(128).default('homeassistant/status').describe('Where Home Assistant says that it has started.'),
  restartButton: z.boolean().default(false).describe('Whether Home Assistant shows a button that ends the daemon, for its supervisor to start it again; needs commands: home-assistant. While it starts no code is read.'),
});

export const mqtt = z.strictObject({
  brokers: z.array(brokerUrl).min(1).max(8).describe('Brokers, tried in turn: those of one cluster, or one and its stand-in.').meta({ example: ['mqtts://broker.example.org:8883'] }),
  allowPlaintext: z.boolean().default(false).describe('Allows mqtt:// to another machine. Whoever is on the way can then read what the door tells, and tell lies in its name.'),
  version: z.enum(['3.1.1', '5']).default('3.1.1').describe('Of the protocol. Nothing the door does needs 5.'),
  caFile: filePath().exactOptional().describe('Certificates of the authorities that sign the brokers\', as PEM; absent: those this system trusts.').meta({ example: 'broker-ca.pem' }),
  clientCertFile: filePath().exactOptional().describe('The door\'s certificate as PEM, by which the broker knows it. It may be replaced while the door runs.').meta({ example: 'door.pem' }),
  clientKeyFile: filePath().exactOptional().describe('Its private key as PEM, readable by its owner only.').meta({ example: 'door.key' }),
  user: z.string().min(1).max(255).exactOptional().describe('The name to log in with; needs passwordFile.').meta({ allowed: 'text', example: 'front-door' }),
  passwordFile: filePath().exactOptional().describe('File with the password, readable by its owner only. It may be replaced while the door runs.').meta({ example: 'broker.password' }),
  topicPrefix: topicPrefix(128).default('postern').describe('What the door\'s topics begin with; its RUUID follows.'),
  keepaliveS: whole(5, 60).default(15).describe('How often a quiet connection is tried out. A dead one is noticed after one and a half times this.'),
  connectTimeoutMs: whole(1_000, 60_000).default(10_000).describe('How long a broker may take to accept the connection.'),
  lastPicture: z.boolean().default(false).describe('Whether the newest kept picture is published, its codes pixelated. Whoever may read the door\'s topics then sees who came; which attempts have pictures is the matter of evidence.keep.'),
  commands: z.enum(['off', 'signed', 'home-assistant']).default('off').describe('Commands by MQTT. signed: those signed with a command key. home-assistant: those, and unsigned ones to unlock and to enter lockdown: whoever may write to the door\'s set topics, or has the broker, opens the door, so give that right to Home Assistant alone.').meta({ example: 'signed' }),
  commandKeysFile: filePath().exactOptional().describe('Public keys that may sign commands: one base64url key a line, # begins a comment ("postern send --new-key FILE" makes a pair). Command keys of the issuer\'s key set count too.').meta({ example: 'command-keys.txt' }),
  homeAssistant: homeAssistant.prefault({}).describe('Home Assistant.'),
})
  .refine((it) => it.allowPlaintext || it.brokers.every((url) => isTls(url) || isOwnMachine(url)), about(['brokers', 'allowPlaintext'], 'must begin with mqtts:// unless allowPlaintext is true (mqtt:// is for this machine only)'))
  // [S8] Unsigned commands are worth what the connection to the broker is worth.
  .refine((it) => it.commands !== 'home-assistant' || it.brokers.every(isTls), about(['commands', 'brokers'], 'must not be home-assistant unless every broker is reached by mqtts://: an unsigned command is only as good as the connection'))
  .refine((it) => (it.user === undefined) === (it.passwordFile === undefined), about(['passwordFile', 'user'], 'must be set together with user'))
  .refine((it) => (it.clientCertFile === undefined) === (it.clientKeyFile === undefined), about(['clientCertFile', 'clientKeyFile'], 'must be set together with clientKeyFile'))
  .refine((it) => it.brokers.some(isTls) || (it.caFile ?? it.clientCertFile) === undefined, about(['caFile', 'clientCertFile', 'brokers'], 'must not be set without a broker that is reached by mqtts://'))
  .refine((it) => it.commands !== 'off' || it.commandKeysFile === undefined, about(['commandKeysFile', 'commands'], 'must not be set while commands is off'))
  .refine((it) => !it.homeAssistant.restartButton || it.commands === 'home-assistant', about(['homeAssistant.restartButton', 'commands'], 'must be false unless commands is home-assistant'));

export type MqttConfig = z.output<typeof mqtt>;

function isBrokerUrl(text: string): boolean {
  if (!URL.canParse(text)) return false;
  const { protocol, hostname, username, password, pathname, search, hash } = new URL(text);
  return ['mqtt:', 'mqtts:'].includes(protocol) && hostname !== '' && `${username}${password}${search}${hash}` === '' && ['', '/'].includes(pathname);
}

function isTls(url: string): boolean {
  return url.startsWith('mqtts:');
}

function isOwnMachine(url: string): boolean {
  return isBrokerUrl(url) && isLoopback(new URL(url).hostname);
}
