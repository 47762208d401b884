import { VirtualClock } from '../../../daemon/base/clock.ts';
import { GuardCore } from '../../../drivers/door-io/guard-core.ts';
import { guardProgram } from '../../../drivers/door-io/guard-program.ts';
import type { RelayLevel, RelayLine } from '../../../drivers/door-io/relay-line.ts';
import { sanitizedGuard } from './guard-build.ts';
import type { GuardBench } from './guard-contract.ts';
import { guardContract } from './guard-contract.ts';
import { GuardProcess } from './guard-process.ts';

class WeldableLine implements RelayLine {
  level: RelayLevel = 'energised';
  welded = false;

  write(level: RelayLevel): void {
    this.level = this.welded ? 'energised' : level;
  }

  read(): RelayLevel {
    return this.level;
  }

  close(): void {}
}

function coreBench(): GuardBench {
  const line = new WeldableLine();
  const clock = new VirtualClock();
  clock.advance(10_000);
  const heard: string[] = [];
  const core = new GuardCore({ line, clock, answer: (text) => heard.push(text) });
  core.begin();
  return {
    heard,
    send: (order) => core.receive(order),
    level: () => line.level,
    nowMs: () => clock.monotonicMs(),
    pass: async (ms) => clock.advance(ms),
    weld: (welded) => void (line.welded = welded),
    close: async () => core.close(),
  };
}

guardContract('the guard on the virtual clock', async () => coreBench());
guardContract('the guard\'s program', async () => new GuardProcess(guardProgram));
const sanitized = sanitizedGuard();
guardContract('the guard\'s program under sanitizers', async () => new GuardProcess(sanitized));
