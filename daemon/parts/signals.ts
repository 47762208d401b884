import type { StopStack } from '../base/stop-stack.ts';
import type { PipelineOptions } from '../pipeline.ts';
import type { Evidence } from '../record/evidence.ts';
import { GarbageTally } from '../record/garbage-tally.ts';
import { ScanHints, type UnreadShowing } from '../scan/hint/scan-hints.ts';
import { CameraLight } from '../scan/light/camera-light.ts';
import { Feedback } from '../signal/feedback.ts';
import { Torch } from '../signal/torch.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';

const GARBAGE_WINDOW_MS = 600_000;
/** How many codes that could not be read are logged one by one in that time. */
const UNREAD_LOGGED = 10;

/** What is told to whoever stands at the door, and the light by which the camera sees them. */
export interface Signals {
  hints: ScanHints;
  light: CameraLight;
  onLook: NonNullable<PipelineOptions['onLook']>;
  onOutcome: NonNullable<PipelineOptions['onOutcome']>;
  stop: () => void;
}

export function startSignals({ config: { light: { mainsHz, mode, holdS } }, doorIo, clock, log }: AppOptions, { events, status, tell }: Memory, evidence: Evidence, started: StopStack): Signals {
  const outputs = doorIo.outputs ?? {};
  const feedback = new Feedback({ outputs, clock, status });
  const torch = new Torch({ output: outputs.light, settings: { mode, holdMs: holdS * 1000 }, clock, status });
  const light = new CameraLight({ mainsHz });
  const unread = new GarbageTally({ clock, windowMs: GARBAGE_WINDOW_MS, maxDifferent: 1, onSummary: tell, summaryOf: ({ count, sinceMs }) => ({ type: 'codes-not-read', count, sinceMs }) });
  const hints = new ScanHints({ clock, log, onHint: (reason) => feedback.hint(reason), onUnread: (showing) => tellUnread(showing, { events, tell, evidence, unread }) });
  feedback.start();
  torch.start();
  const stop = (): void => {
    hints.stop();
    feedback.stop();
    torch.stop();
  };
  started.push(() => {
    stop();
    unread.sumUp();
  });
  const onLook: Signals['onLook'] = (frame, seen) => {
    hints.see(frame, seen);
    torch.see(light.see(seen));
  };
  return { hints, light, onLook, onOutcome: (outcome) => feedback.verdict(outcome), stop };
}

/** [S6] Someone was turned away, and nobody decided it: an event with its picture; a poster that nobody can read is counted. */
function tellUnread({ reason, forMs, frame, quads }: UnreadShowing, { events, tell, evidence, unread }: Pick<Memory, 'events' | 'tell'> & { evidence: Evidence; unread: GarbageTally }): void {
  if (!unread.admit('unread', UNREAD_LOGGED)) return;
  const attemptId = events.newId();
  tell({ type: 'code-not-read', attemptId, reason, forMs });
  evidence.capture(attemptId, 'unavailable', frame, quads);
}
