import * as assert from 'uvu/assert';
import { PosternError } from '../../daemon/base/errors.ts';

/** Runs what must throw a PosternError of that code, its sentence matching `says`, and nothing else. */
export function refuses(run: () => unknown, code: string, says: RegExp = /./): void {
  let thrown: unknown;
  try {
    run();
  } catch (error) {
    thrown = error;
  }
  assert.instance(thrown, PosternError, 'it was to be refused');
  assert.is((thrown as PosternError).code, code);
  assert.match((thrown as PosternError).message, says);
}
