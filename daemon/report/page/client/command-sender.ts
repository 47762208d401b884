import type { PageCommand } from '../api.ts';
import { problemOf, type DoorApi } from './door-api.ts';
import { setText } from './element.ts';

/** Resolves to why it was not done, or to nothing. */
export type SendCommand = (command: PageCommand) => Promise<string | undefined>;

const TOLD_FOR_MS = 12_000;

/** Sends commands and shows what the door says of them for a while in `told`; `onDone` lets the state be asked for at once. */
export function commandSender(api: DoorApi, told: Element, onDone: () => void): SendCommand {
  let clearing: ReturnType<typeof setTimeout> | undefined;
  return async (command) => {
    const answer = await api.command(command);
    if (answer.kind !== 'answer') return problemOf(answer);
    setText(told, answer.body.message);
    clearTimeout(clearing);
    clearing = setTimeout(() => setText(told, ''), TOLD_FOR_MS);
    onDone();
    return undefined;
  };
}
