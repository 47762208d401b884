import { BackendOrders, type OrderOutcome } from '../access/backend-orders.ts';
import type { StopStack } from '../base/stop-stack.ts';
import type { Door} from '../door/door.ts';
import { type ReleaseOutcome } from '../door/door.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';
import { backendOf } from './backend-address.ts';

export function startOrders({ config, secrets, clock, random, jitter, log }: AppOptions, { doorUuid, status }: Memory, door: Door, started: StopStack): BackendOrders | undefined {
  const backend = backendOf(config, secrets);
  if (!backend || config.access.remoteUnlock === 'off') return undefined;
  const orders = new BackendOrders({
    ...backend, doorUuid, clock, random, status, log, ...(jitter && { jitter }),
    perform: async (by) => orderOutcomeOf(await door.release(by)),
  });
  started.push(() => orders.stop());
  orders.start();
  return orders;
}

function orderOutcomeOf(outcome: ReleaseOutcome): OrderOutcome {
  switch (outcome) {
    case 'released': case 'lockdown': case 'relay-fault': return outcome;
    // The daemon is stopping.
    case 'over': return 'not-allowed';
  }
}
