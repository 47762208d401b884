import { z } from 'zod';
import { ApiError } from '../../base/http/api-error.ts';
import { jsonIn } from '../../base/json-text.ts';

/** What a paged call takes. Together with `pageSize` and a `PageKey` it is all there is to paging. */
export const pageFields = {
  maxPageSize: z.int().min(1).optional().describe('How many at most; a page may have fewer, even none, while more follow.'),
  lastEvaluatedKey: z.string().max(512).optional().describe('As the page before answered it; left out for the first page.'),
};

/** As many as asked for, but not more than `largest`: it is a maximum, so a smaller page is what was asked for, too. */
export function pageSize(asked: number | undefined, largest: number): number {
  return Math.min(asked ?? largest, largest);
}

/**
 * The `lastEvaluatedKey` of one paged call: the place of the last thing that was told, as opaque text. What is added or
 * taken away between two pages moves no place, so everything that stays is told once.
 */
export class PageKey<Place> {
  readonly #call: string;
  readonly #schema: z.ZodType<[string, Place]>;

  /** `place` is of what JSON can hold; a key of another call is refused. */
  constructor(call: string, place: z.ZodType<Place>) {
    this.#call = call;
    this.#schema = z.tuple([z.literal(call), place]);
  }

  write(place: Place): string {
    return Buffer.from(JSON.stringify([this.#call, place])).toString('base64url');
  }

  /** Undefined for the first page. Throws ApiError(400 'page-key-bad'). */
  read(key: string | undefined): Place | undefined {
    if (key === undefined || key === '') return undefined;
    const parsed = this.#schema.safeParse(jsonIn(Buffer.from(key, 'base64url').toString()));
    if (!parsed.success) throw new ApiError(400, 'page-key-bad', 'lastEvaluatedKey is none that this call answered. Pass it on as it was, or leave it out for the first page.');
    return parsed.data[1];
  }
}

/** For `refusals` of a paged call. */
export const pageKeyRefusal = { status: 400, code: 'page-key-bad', when: 'lastEvaluatedKey is none that this call answered.' } as const;
