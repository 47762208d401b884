import type { Validator } from '../access/validator.ts';
import type { StatusBoard } from '../base/status.ts';
import type { StopStack } from '../base/stop-stack.ts';
import { showingKey } from '../base/token.ts';
import { Pipeline, type PipelineOptions } from '../pipeline.ts';
import { GarbageTally } from '../record/garbage-tally.ts';
import type { CameraLight } from '../scan/light/camera-light.ts';
import { FrameRate } from '../scan/frame-rate.ts';
import { QrReader } from '../scan/qr.ts';
import { ShowingFilter } from '../scan/showing-filter.ts';
import type { AppOptions } from './app-options.ts';
import type { Memory } from './memory.ts';
import type { Signals } from './signals.ts';

const GARBAGE_WINDOW_MS = 600_000;
const GARBAGE_DIFFERENT = 50;

export async function startDecoder({ config: { scan, light }, clock, lookCosts = 'measured' }: AppOptions, { status }: Memory, started: StopStack): Promise<QrReader> {
  const { decodeDeadlineMs: deadlineMs, extraLookMs, gateHeartbeatMs } = scan;
  // Nothing else goes by it, and it costs a twentieth of a decode.
  const measuresLight = light.mode !== 'off' || light.steerExposure;
  const qr = await QrReader.open({ clock, deadlineMs, extraLookMs, gateHeartbeatMs, measuresLight, lookCosts, status });
  started.push(() => qr.close());
  return qr;
}

export type PipelineParts = Memory & Pick<PipelineOptions, 'evidence' | 'qr' | 'door'> & { validator: Validator; signals: Signals };

export function startPipeline({ config: { scan }, clock, log, onTiming }: AppOptions, parts: PipelineParts, started: StopStack): Pipeline {
  const { qr, validator, evidence, events, door, tell, signals: { onLook, onOutcome } } = parts;
  const garbage = new GarbageTally({ clock, windowMs: GARBAGE_WINDOW_MS, maxDifferent: GARBAGE_DIFFERENT, onSummary: tell });
  const showings = new ShowingFilter({ ...scan, keyOf: showingKey, isGenuine: (text) => validator.isGenuine(text) });
  const pipeline = new Pipeline({
    qr, showings, validator, garbage, events, evidence, door, clock, log, maxFrameAgeMs: scan.maxFrameAgeMs, onLook, onOutcome, ...(onTiming && { onTiming }),
  });
  started.push(() => pipeline.stop());
  return pipeline;
}

export function startCamera({ camera, clock, log }: AppOptions, status: StatusBoard, pipeline: Pipeline, light: CameraLight, started: StopStack): void {
  const rate = new FrameRate();
  let steeringTold = '';
  started.push(() => camera.stop());
  camera.start({
    frame: (frame) => {
      status.report('camera', 'ok', rate.see(clock.monotonicMs()));
      pipeline.offer(light.isShort ? { ...frame, isShort: true } : frame);
    },
    stopped: (reason) => {
      rate.pause();
      light.steerBy(undefined);
      status.report('camera', 'down', `The camera gives no pictures: ${reason}.`);
    },
    steering: (now) => {
      const text = typeof now === 'string' ? `The camera's exposure is not steered: ${now}.` : 'The camera\'s exposure is steered.';
      // A camera that comes and goes says the same again and again.
      if (text !== steeringTold) log[typeof now === 'string' ? 'warn' : 'info'](text);
      steeringTold = text;
      light.steerBy(typeof now === 'string' ? undefined : now);
    },
  });
}
