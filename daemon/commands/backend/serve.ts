import type { Backend } from '../../backend/backend.ts';
import type { BackendPlace } from './place.ts';

/** Serves until it is interrupted; SIGHUP has the TLS files read again. */
export async function serve(backend: Backend, { at, settings }: BackendPlace, out: NodeJS.WritableStream): Promise<void> {
  const { url } = await backend.listen(at);
  out.write(`The backend answers at ${url}. Its folder: ${settings.dir}\n`);
  const reload = (): void => backend.reloadTls();
  process.on('SIGHUP', reload);
  await new Promise<void>((resolve) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => resolve());
  });
  process.off('SIGHUP', reload);
}
