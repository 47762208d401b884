/** The topics of one door. None holds a name: only the configured prefix and the door's RUUID. */
export interface DoorTopics {
  availability: string;
  state: string;
  events: string;
  gap: string;
  scan: string;
  picture: string;
  /** Of signed commands. */
  command: string;
  /** Of unsigned ones, by what they set. */
  setLock: string;
  setMode: string;
  restart: string;
  /** Where outcomes of commands go; an asker may have a level of its own below it. */
  results: string;
  /** An alarm's own topic. */
  alarm(name: string): string;
}

/** Below `PREFIX/RUUID`. */
export const TOPIC_NAMES = {
  availability: 'availability',
  state: 'state',
  events: 'events',
  gap: 'gap',
  scan: 'scan',
  picture: 'picture',
  command: 'command',
  setLock: 'set/lock',
  setMode: 'set/mode',
  restart: 'set/restart',
  results: 'results',
  alarm: 'alarm',
} as const;

export type TopicKind = keyof typeof TOPIC_NAMES;

/** `prefix` of the config, `doorUuid` as an RUUID. */
export function doorTopics(prefix: string, doorUuid: string): DoorTopics {
  const of = (kind: TopicKind): string => `${prefix}/${doorUuid}/${TOPIC_NAMES[kind]}`;
  return {
    availability: of('availability'), state: of('state'), events: of('events'), gap: of('gap'), scan: of('scan'), picture: of('picture'),
    command: of('command'), setLock: of('setLock'), setMode: of('setMode'), restart: of('restart'), results: of('results'),
    alarm: (name) => `${of('alarm')}/${name}`,
  };
}

/** The filter under which one kind of topic of every door of a site arrives. */
export function siteFilter(prefix: string, kind: TopicKind): string {
  return `${prefix}/+/${TOPIC_NAMES[kind]}${kind === 'alarm' ? '/+' : ''}`;
}

/** Whose topic of which kind it is; undefined for any other topic. `name` is an alarm's. */
export function readTopic(prefix: string, topic: string): { doorUuid: string; kind: TopicKind; name?: string } | undefined {
  if (!topic.startsWith(`${prefix}/`)) return undefined;
  const [doorUuid = '', ...rest] = topic.slice(prefix.length + 1).split('/');
  if (!/^[A-Za-z0-9_-]{22}$/.test(doorUuid)) return undefined;
  const [first, name, ...more] = rest;
  if (first === TOPIC_NAMES.alarm && name !== undefined && more.length === 0) return { doorUuid, kind: 'alarm', name };
  const kind = (Object.keys(TOPIC_NAMES) as TopicKind[]).find((each) => each !== 'alarm' && TOPIC_NAMES[each] === rest.join('/'));
  return kind && { doorUuid, kind };
}
