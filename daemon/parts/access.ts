import { ListSync } from '../access/list-sync.ts';
import { OnlineValidator } from '../access/online.ts';
import { Validator } from '../access/validator.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door } from '../door/door.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';
import { backendOf } from './backend-address.ts';

const HOUR_MS = 3_600_000;

export interface Access {
  validator: Validator;
  lists: ListSync;
  online: OnlineValidator | undefined;
}

export async function startAccess({ config, secrets, clock, log, jitter }: AppOptions, memory: Memory, door: Door, started: StopStack): Promise<Access> {
  const { door16, doorUuid, events, time, status, tell } = memory;
  const { access } = config;
  const backend = backendOf(config, secrets);
  const maxListAgeMs = access.maxListAgeH * HOUR_MS;

  const lists = await ListSync.open({
    backend, dir: config.stateDir, door: door16, roots: secrets.roots, pollMs: access.pollS * 1000, maxListAgeMs,
    clock, time, state: events.state, status, log, onEvent: tell, ...(jitter && { random: jitter }),
  });
  started.push(() => lists.stop());
  lists.start();

  const online = backend && new OnlineValidator({
    ...backend, doorUuid, deadlineMs: access.onlineDeadlineMs, clock, status, onServerTime: (serverMs) => time.confirm(serverMs),
  });
  if (online) started.push(() => online.close());
  online?.start();

  const validator = new Validator({
    door: door16, clock, log, online, onEvent: tell, state: events.state, zoneMaster: secrets.zoneMaster,
    policy: { ...access, maxListAgeMs, timeZone: config.door.timeZone, schedules: config.door.schedules },
    time: () => time.read(), keys: () => lists.keys(), list: () => lists.list(),
    uses: (tokenId) => events.usesOf(tokenId), lockdown: () => door.view.lockdownBy !== undefined,
    commitNonce: async (attemptId, tokenId) => void await events.append({ type: 'access-asked', attemptId, tokenId }),
  });
  return { validator, lists, online };
}
