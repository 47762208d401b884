import { PosternError } from '../base/errors.ts';
import { openConfig } from './config-file.ts';

/** How a command is told whose state folder it works on. */
export const stateFolderOptions = { config: { type: 'string' }, state: { type: 'string' } } as const;

/** The state folder named by `--state`, by the config of `--config`, or the demo's. Throws PosternError: `usage`, and as `openConfig`. */
export function stateFolder({ config, state }: { config?: string | undefined; state?: string | undefined }): string {
  if (state !== undefined && config !== undefined) throw new PosternError('usage', 'Pass --config FILE or --state DIR, not both.');
  return state ?? openConfig(config).stateDir;
}
