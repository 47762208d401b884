import { z } from 'zod';
import { doorCommandOutcomeText, MAX_PASSAGE_S, type DoorCommand, type DoorCommandOutcome } from '../../base/door-command.ts';
import { unreachable } from '../../base/errors.ts';
import { ApiError } from '../../base/http/api-error.ts';
import type { CommandAnswer, PageCommand, Permission } from './api.ts';
import type { InstallerMode } from './installer-mode.ts';

export interface CommandsOptions {
  /** Has the door do it. */
  perform: (command: DoorCommand, by: string) => Promise<DoorCommandOutcome>;
  /** Energises the relay for a moment, in lockdown too. */
  testPulse: (by: string) => Promise<DoorCommandOutcome>;
  isLockedDown: () => boolean;
  installerMode: InstallerMode;
}

export const commandBody = z.discriminatedUnion('do', [
  z.strictObject({ do: z.literal('unlock') }),
  z.strictObject({ do: z.literal('lockdown'), on: z.boolean() }),
  z.strictObject({ do: z.literal('passage'), untilMs: z.int().min(0).max(8_640_000_000_000_000) }),
  z.strictObject({ do: z.literal('end-passage') }),
  z.strictObject({ do: z.literal('test-pulse') }),
  z.strictObject({ do: z.literal('installer-mode'), on: z.boolean() }),
]) satisfies z.ZodType<PageCommand>;

/** What whoever gives a command must be allowed. */
export function permissionFor(command: PageCommand): Permission {
  switch (command.do) {
    case 'unlock': return 'unlock';
    // Whoever sees danger may lock down; that it is over an admin says.
    case 'lockdown': return command.on ? 'lock-down' : 'end-lockdown';
    case 'passage': case 'end-passage': return 'passage';
    case 'test-pulse': return 'test-pulse';
    case 'installer-mode': return 'installer-mode';
    default: return unreachable(command);
  }
}

/** Carries out what a person at the page asks for. Who may ask for what, whoever calls has checked. */
export class Commands {
  readonly #o: CommandsOptions;

  constructor(options: CommandsOptions) {
    this.#o = options;
  }

  /** Rejects with ApiError(409, or 503 'storage'), whose code is the outcome or 'not-now'. */
  async give(command: PageCommand, by: string): Promise<CommandAnswer> {
    switch (command.do) {
      case 'unlock': return this.#perform({ type: 'unlock' }, by, 'The door is released.');
      case 'lockdown': return command.on
        ? this.#perform({ type: 'lockdown-on' }, by, 'The door is in lockdown.')
        : this.#perform({ type: 'lockdown-off' }, by, 'The lockdown is over.');
      case 'passage': return this.#perform({ type: 'passage', untilMs: command.untilMs }, by, 'The door stays released until then.');
      case 'end-passage': return this.#perform({ type: 'passage-end' }, by, 'The passage is over.');
      case 'test-pulse': return this.#testPulse(by);
      case 'installer-mode': return this.#setInstallerMode(command.on, by);
      default: return unreachable(command);
    }
  }

  async #perform(command: DoorCommand, by: string, message: string): Promise<CommandAnswer> {
    return answerOf(await this.#o.perform(command, by), message);
  }

  /** At any other time somebody may stand at the door and take the click for an answer. */
  async #testPulse(by: string): Promise<CommandAnswer> {
    const { installerMode, isLockedDown, testPulse } = this.#o;
    if (!isLockedDown() && !installerMode.current) throw new ApiError(409, 'not-now', 'The relay is tried out in installer mode or in lockdown only. Turn the installer mode on first.');
    return answerOf(await testPulse(by), 'The relay was energised for half a second.');
  }

  #setInstallerMode(on: boolean, by: string): CommandAnswer {
    if (on) this.#o.installerMode.start(by);
    else this.#o.installerMode.end(by);
    return { message: on ? 'Installer mode is on for ten minutes.' : 'Installer mode is off.' };
  }
}

function answerOf(outcome: DoorCommandOutcome, message: string): CommandAnswer {
  if (outcome === 'done') return { message };
  const isPassing = outcome === 'storage' || outcome === 'stopping';
  throw new ApiError(isPassing ? 503 : 409, outcome, outcome === 'too-long' ? `Not done: a passage lasts ${MAX_PASSAGE_S / 86_400} days at most.` : doorCommandOutcomeText[outcome]);
}
