import type { Config } from '../../config/schema.ts';
import type { ListSync } from '../access/list-sync.ts';
import type { Alarms } from '../base/alarm.ts';
import { readClientTls } from '../base/client-tls.ts';
import type { EventDraft } from '../base/events.ts';
import type { KeySet } from '../base/key-set.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door } from '../door/door.ts';
import { GarbageTally } from '../record/garbage-tally.ts';
import { CommandLink, type CommandLinkOptions } from '../report/mqtt/command-link.ts';
import type { HomeAssistantDoor } from '../report/mqtt/home-assistant.ts';
import { MqttReport, type BrokerAccess, type MqttReportOptions } from '../report/mqtt/mqtt-report.ts';
import { doorTopics, type DoorTopics } from '../report/mqtt/topics.ts';
import type { AppOptions } from './app-options.ts';
import type { DoorCommands } from './door-commands.ts';
import { isBelieved } from './door.ts';
import { storedPictures } from './evidence.ts';
import type { Memory } from './memory.ts';

export interface MqttParts {
  door: Door;
  commands: DoorCommands;
  lists: Pick<ListSync, 'keys' | 'list'>;
  alarms: Alarms;
}

export interface Mqtt {
  report: MqttReport;
  idle(): Promise<void>;
}

/** A sender that goes on: so many refusals of a kind get an event each, the rest are counted. */
const REFUSALS_TOLD = 3;
const REFUSALS_WINDOW_MS = 600_000;
const REFUSALS_DIFFERENT = 32;

export function startMqtt(options: AppOptions, memory: Memory, parts: MqttParts, started: StopStack): Mqtt | undefined {
  const { config: { mqtt, stateDir }, clock, log } = options;
  if (!mqtt) return undefined;
  const { doorUuid, events, status } = memory;
  const topics = doorTopics(mqtt.topicPrefix, doorUuid);
  const access = accessOf(mqtt, options);
  const report = new MqttReport({
    access, doorUuid, topics, events, state: events.state, clock, status, log, alarms: parts.alarms,
    facts: factsOf(options, memory, parts),
    homeAssistant: homeAssistantOf(options, memory, parts, topics),
    picture: { isOn: mqtt.lastPicture, readPicture: (file) => storedPictures(stateDir).read(file) },
  });
  started.push(() => report.stop());
  report.start();
  const commands = startCommands(access, topics, options, memory, parts, started);
  const idle = async (): Promise<void> => {
    await report.idle();
    await commands?.idle();
  };
  return { report, idle };
}

function startCommands(access: BrokerAccess, topics: DoorTopics, { config, secrets, clock, log, onRestartAsked }: AppOptions, { doorUuid, events, status, time, tell }: Memory, { commands, lists }: MqttParts, started: StopStack): CommandLink | undefined {
  const { mqtt } = config;
  if (!mqtt || mqtt.commands === 'off') return undefined;
  const { onRefused, sumUp } = refusalsTold(clock, tell);
  const link = new CommandLink({
    access, doorUuid, topics, clock, status, log, state: events.state, onRefused,
    unsigned: mqtt.commands === 'home-assistant',
    restart: mqtt.homeAssistant.restartButton ? onRestartAsked : undefined,
    keys: () => [...(secrets.mqtt?.commandKeys ?? []), ...commandKeysOf(lists.keys(), clock.wallMs())],
    time: () => ({ nowMs: clock.wallMs(), isBelieved: isBelieved(time.trust()) }),
    perform: (command, by) => commands.perform(command, by),
  });
  started.push(async () => {
    await link.stop();
    sumUp();
  });
  link.start();
  return link;
}

function accessOf({ brokers, version, keepaliveS, connectTimeoutMs, user, ...files }: NonNullable<Config['mqtt']>, { secrets, jitter }: AppOptions): BrokerAccess {
  return {
    brokers, version, keepaliveS, connectTimeoutMs, ...(jitter && { jitter }),
    login: () => ({ tls: readClientTls(files), user, password: secrets.mqtt?.password?.() }),
  };
}

function factsOf({ config, clock, version }: AppOptions, { doorUuid, events, status, time }: Memory, { door, alarms, lists }: MqttParts): MqttReportOptions['facts'] {
  const startedAtMs = clock.wallMs();
  return () => ({
    doorUuid, name: config.door.name, version, atMs: clock.wallMs(), startedAtMs, door: door.view, clock: time.trust(),
    parts: status.all(), alarms: alarms.active(), list: lists.list()?.head, head: events.head(),
  });
}

function homeAssistantOf({ config: { mqtt, door: { name } }, version, onRestartAsked }: AppOptions, { doorUuid }: Memory, { door }: MqttParts, topics: DoorTopics): MqttReportOptions['homeAssistant'] {
  const { discovery = false, discoveryPrefix = '', statusTopic = '', restartButton = false } = mqtt?.homeAssistant ?? {};
  const shown = (): HomeAssistantDoor => ({
    doorUuid, name, version, topics, hasContact: door.view.contact !== 'absent', lastPicture: mqtt?.lastPicture ?? false,
    commands: mqtt?.commands === 'home-assistant', restartButton: restartButton && onRestartAsked !== undefined,
  });
  return { door: discovery ? shown : undefined, prefix: discoveryPrefix, statusTopic };
}

function commandKeysOf(set: KeySet | undefined, nowMs: number): Uint8Array[] {
  const isInForce = ({ use, state, notBeforeS, notAfterS }: KeySet['keys'][number]): boolean =>
    use === 'command' && state === 'active' && notBeforeS * 1_000 <= nowMs && nowMs <= notAfterS * 1_000;
  return (set?.keys ?? []).filter(isInForce).map(({ publicKey }) => publicKey);
}

/** [S6] A refused command is an event; one that is sent again and again must not fill the log. */
function refusalsTold(clock: AppOptions['clock'], tell: Memory['tell']): Pick<CommandLinkOptions, 'onRefused'> & { sumUp: () => void } {
  const summaryOf = ({ digest: reason, count, sinceMs }: { digest: string; count: number; sinceMs: number }): EventDraft => ({ type: 'commands-refused', reason, count, sinceMs });
  const tally = new GarbageTally({ clock, windowMs: REFUSALS_WINDOW_MS, maxDifferent: REFUSALS_DIFFERENT, onSummary: tell, summaryOf });
  const onRefused: CommandLinkOptions['onRefused'] = (refused) => {
    if (tally.admit(refused.reason, REFUSALS_TOLD)) tell({ type: 'command-refused', ...refused });
  };
  return { onRefused, sumUp: () => tally.sumUp() };
}
