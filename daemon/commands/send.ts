import { existsSync, writeFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Config } from '../../config/schema.ts';
import { readClientTls } from '../base/client-tls.ts';
import { sleep, systemClock } from '../base/clock.ts';
import type { DoorCommand } from '../base/door-command.ts';
import { MAX_HOLD_S } from '../base/door-command.ts';
import { KEY_BYTES, rawPublicKey, signerFromSeed } from '../base/ed25519.ts';
import { messageOf, PosternError } from '../base/errors.ts';
import { ruuidOf, systemRandom, uuidBytes } from '../base/ids.ts';
import { jsonIn } from '../base/json-text.ts';
import { connectBroker, RefusedConnection, type BrokerConnection } from '../report/mqtt/broker-connection.ts';
import { hostOf } from '../report/mqtt/broker-link.ts';
import { resultSchema, type ResultPayload } from '../report/mqtt/payloads.ts';
import { signCommand } from '../report/mqtt/signed-command.ts';
import { doorTopics } from '../report/mqtt/topics.ts';
import type { Command } from './command.ts';
import { openConfig } from './config-file.ts';
import { durationS } from './duration.ts';
import { readPassword, readSeed } from './key-files.ts';
import { momentIn, ownZone } from './pass/moment.ts';

const ANSWER_WITHIN_MS = 10_000;
const MAX_PACKET_BYTES = 65_536;

const options = {
  'config': { type: 'string' }, 'key': { type: 'string' }, 'door': { type: 'string' }, 'until': { type: 'string' }, 'for': { type: 'string' },
  'broker': { type: 'string' }, 'ca': { type: 'string' }, 'cert': { type: 'string' }, 'cert-key': { type: 'string' }, 'user': { type: 'string' }, 'password-file': { type: 'string' },
  'new-key': { type: 'string' }, 'json': { type: 'boolean', default: false },
} as const;

type Values = ReturnType<typeof parseArgs<{ options: typeof options }>>['values'];
type Mqtt = NonNullable<Config['mqtt']>;

export const sendCommand: Command = {
  name: 'send',
  summary: 'Sends a signed command to a door by MQTT',
  help: `Usage: postern send COMMAND --key FILE [options]
       postern send --new-key FILE

Signs a command, sends it to a door by the broker that the config names, and says what came of it. The door has to run
with mqtt.commands signed (or home-assistant) and know the key's public half: mqtt.commandKeysFile.

Commands
  unlock            releases the door for its unlock time
  lockdown          locks the door down; lockdown-end ends it
  passage           holds the door released until --until; passage-end ends it, and a hold
  hold              holds the door released --for a time from now
  capture           takes a picture and keeps it with those of attempts

  --config FILE     a config with an mqtt section (default: config/demo.yaml once the demo is prepared)
  --key FILE        the private key, readable by its owner only
  --door UUID       the door (default: the config's)
  --until TIME      2026-12-24T08:00, or 2026-12-24T08:00:00+01:00; at most 7 days ahead
  --for DURATION    90s, 30m or 24h; at most 24h
  --broker URL      instead of those of the config, as mqtts://broker.example.org:8883
  --ca FILE, --cert FILE, --cert-key FILE, --user NAME, --password-file FILE
                    who you are to the broker, instead of what the config says for the door: it must let you write
                    to the door's topic "command" and read "results"
  --json            prints the door's answer as it came
  --new-key FILE    makes a key pair: the private key goes into FILE, the public one is printed for mqtt.commandKeysFile

Exit codes: 0 done; 1 not done, and why, or no answer came (then it is not known); 2 wrong usage, or no broker could be reached.
`,
  async run(args, { out, err }) {
    const { values, positionals } = parseArgs({ args, options, allowPositionals: true });
    if (values['new-key'] !== undefined) {
      out.write(newKey(values['new-key']));
      return 0;
    }
    const command = commandOf(positionals, values);
    if (values.key === undefined) throw new PosternError('usage', 'Say with which key the command is signed: --key FILE. "postern send --new-key FILE" makes one.');
    const signer = signerFromSeed(readSeed(values.key));
    const config = openConfig(values.config);
    if (!config.mqtt) throw new PosternError('no-broker', 'The config has no mqtt section. Name a config that has one.');
    const doorUuid = uuidOf(values.door ?? config.door.uuid);
    const connection = await connect(config.mqtt, values);
    try {
      const answer = await ask(connection, config.mqtt, doorUuid, (reply) => signCommand({ doorUuid, atMs: systemClock.wallMs(), nonce: ruuidOf(systemRandom(16)), reply, command }, signer));
      if (!answer) {
        err.write(`Door ${doorUuid} did not answer within ${ANSWER_WITHIN_MS / 1_000} s: it is not known whether the command was carried out. Is it connected, and does mqtt.commands allow it?\n`);
        return 1;
      }
      const line = values.json ? JSON.stringify(answer) : `Door ${doorUuid}: ${answer.text}`;
      (answer.done || values.json ? out : err).write(`${line}\n`);
      return answer.done ? 0 : 1;
    } finally {
      await connection.close();
    }
  },
};

function commandOf([name, ...more]: string[], values: Values): DoorCommand {
  if (name === undefined || more.length > 0) throw new PosternError('usage', 'Say one command: unlock, lockdown, lockdown-end, passage, passage-end, hold or capture.');
  switch (name) {
    case 'unlock': return { type: 'unlock' };
    case 'lockdown': return { type: 'lockdown-on' };
    case 'lockdown-end': return { type: 'lockdown-off' };
    case 'passage': return { type: 'passage', untilMs: untilOf(values.until) };
    case 'passage-end': return { type: 'passage-end' };
    case 'hold': return { type: 'hold', forS: forOf(values.for) };
    case 'capture': return { type: 'capture' };
    default: throw new PosternError('usage', `There is no command "${name}". There are: unlock, lockdown, lockdown-end, passage, passage-end, hold, capture.`);
  }
}

function untilOf(text: string | undefined): number {
  if (text === undefined) throw new PosternError('usage', 'Say until when: --until 2026-12-24T18:00.');
  return momentIn(text, ownZone(), '--until');
}

function forOf(text: string | undefined): number {
  const forS = text === undefined ? 0 : durationS(text, '--for');
  if (forS < 1 || forS > MAX_HOLD_S) throw new PosternError('usage', 'Say for how long: --for 30m, at most 24h.');
  return forS;
}

function uuidOf(text: string): string {
  const bytes = uuidBytes(text);
  if (!bytes) throw new PosternError('usage', '--door takes an RUUID (22 characters) or a UUID (36 characters). One that begins with - is written --door=UUID.');
  return ruuidOf(bytes);
}

/** The first broker that takes us. Throws PosternError('broker-unreachable') that says of each why not. */
async function connect(mqtt: Mqtt, values: Values): Promise<BrokerConnection> {
  const own = values.user ?? values.cert;
  const passwordFile = own === undefined ? mqtt.passwordFile : values['password-file'];
  const login = {
    tls: readClientTls({ caFile: values.ca ?? mqtt.caFile, ...(own === undefined ? mqtt : { clientCertFile: values.cert, clientKeyFile: values['cert-key'] }) }),
    user: own === undefined ? mqtt.user : values.user,
    password: passwordFile === undefined ? undefined : readPassword(passwordFile),
  };
  const faults: string[] = [];
  for (const url of values.broker === undefined ? mqtt.brokers : [brokerUrl(values.broker)]) {
    try {
      return await connectBroker({ url, login, clientId: `postern-send-${ruuidOf(systemRandom(9))}`, version: mqtt.version, keepaliveS: mqtt.keepaliveS, connectTimeoutMs: mqtt.connectTimeoutMs, maxPacketBytes: MAX_PACKET_BYTES }, new AbortController().signal);
    } catch (thrown) {
      if (!(thrown instanceof RefusedConnection)) throw thrown;
      faults.push(`The broker ${hostOf(url)} ${thrown.fault.text}`);
    }
  }
  throw new PosternError('broker-unreachable', faults.join(' '), { transient: true });
}

function brokerUrl(text: string): string {
  if (URL.canParse(text) && ['mqtt:', 'mqtts:'].includes(new URL(text).protocol)) return text;
  throw new PosternError('usage', '--broker takes a URL like mqtts://broker.example.org:8883.');
}

/** Undefined when no answer comes. The command is signed when the broker listens for us, so that its time is fresh. */
async function ask(connection: BrokerConnection, mqtt: Mqtt, doorUuid: string, signed: (reply: string) => Uint8Array): Promise<ResultPayload | undefined> {
  const topics = doorTopics(mqtt.topicPrefix, doorUuid);
  const reply = ruuidOf(systemRandom(9));
  const heard = new AbortController();
  let answer: ResultPayload | undefined;
  connection.onMessage(({ topic, payload }) => {
    if (topic !== `${topics.results}/${reply}` && topic !== topics.results) return;
    const read = resultSchema.safeParse(jsonIn(payload.toString())).data;
    // A refusal of what could not be verified goes to everybody: it may be another's.
    if (!read || topic === topics.results) return void (answer ??= read);
    answer = read;
    heard.abort();
  });
  await connection.subscribe([topics.results, `${topics.results}/${reply}`]);
  await connection.publish(topics.command, Buffer.from(signed(reply)), { qos: 0 });
  await sleep(systemClock, ANSWER_WITHIN_MS, heard.signal);
  return answer;
}

/** What to print. Throws PosternError('usage', 'key-file'); a file that is there is not overwritten. */
function newKey(file: string): string {
  if (existsSync(file)) throw new PosternError('usage', `There is a file ${file} already. No key was made.`);
  const seed = Buffer.from(systemRandom(KEY_BYTES));
  try {
    writeFileSync(file, `${seed.toString('base64url')}\n`, { mode: 0o600, flag: 'wx' });
  } catch (thrown) {
    throw new PosternError('key-file', `The key cannot be written to ${file} (${messageOf(thrown)}).`, { cause: thrown });
  }
  return `${Buffer.from(rawPublicKey(signerFromSeed(seed).privateKey)).toString('base64url')}\n`;
}
