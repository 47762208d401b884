import { eventText } from '../../base/event-text.ts';
import type { StoredEvent } from '../../base/events.ts';

/** What happened in one line, for an event of any door: of a newer door's unknown types, and of events that lack what their type has, too. */
export function reportedEventText(event: Record<string, unknown> & { type: string }): string {
  if (event.type === 'alert-raised') return `ALERT: ${String(event.text)}`;
  try {
    // Of a type that is not in its table it returns nothing, whatever its own type says.
    const text = eventText(event as unknown as StoredEvent) as string | undefined;
    if (text !== undefined) return text;
  } catch (thrown) {
    // What a door sends need not have the members its type asks for.
    if (!(thrown instanceof TypeError || thrown instanceof RangeError)) throw thrown;
  }
  return `${event.type.replaceAll('-', ' ')}.`;
}
