import { PassDesk } from './pass-desk.ts';
import type { PassPlace } from './pass-place.ts';
import { PassReader } from './pass-reader.ts';

/** Opens what makes and tests passes, and closes it whatever happens. */
export async function withDesk<T>(place: PassPlace, work: (desk: PassDesk) => Promise<T>): Promise<T> {
  const reader = new PassReader();
  try {
    return await work(await PassDesk.open({ ...place, reader }));
  } finally {
    await reader.close();
  }
}
