import { systemClock } from '../../base/clock.ts';
import { PosternError } from '../../base/errors.ts';
import { pictureProblem } from '../../scan/luma.ts';
import { QrReader } from '../../scan/qr.ts';
import { loadPicture } from '../picture-file.ts';

const DEADLINE_MS = 10_000;

/** Reads the code off a finished pass, the way the door does. Its decoder is started when there is something to read. */
export class PassReader {
  #reader: Promise<QrReader> | undefined;

  /** The text of the one code in a pass's bytes: a picture, or a page that holds one. Rejects PosternError('pass-unreadable'). */
  async codeIn(bytes: Uint8Array): Promise<string> {
    this.#reader ??= QrReader.open({ clock: systemClock, deadlineMs: DEADLINE_MS });
    const reader = await this.#reader;
    const { frame } = await loadPicture(pictureIn(bytes), reader.maxPixels).catch((thrown: unknown) => {
      throw unreadable(pictureProblem(thrown));
    });
    const { codes, problem } = await reader.read(frame);
    if (problem !== undefined) throw unreadable(problem);
    const [code, ...more] = codes;
    if (!code || more.length > 0) throw unreadable(`It shows ${codes.length} codes, not one.`);
    return code.text;
  }

  async close(): Promise<void> {
    await (await this.#reader?.catch(() => undefined))?.close();
  }
}

const EMBEDDED = /src="data:image\/png;base64,([A-Za-z0-9+/=]+)"/;

function pictureIn(bytes: Uint8Array): Uint8Array {
  const page = Buffer.from(bytes).toString('latin1');
  const embedded = page.startsWith('<!doctype html>') ? EMBEDDED.exec(page)?.[1] : undefined;
  return embedded === undefined ? bytes : Buffer.from(embedded, 'base64');
}

function unreadable(why: string): PosternError {
  return new PosternError('pass-unreadable', `The finished pass does not read back: ${why}`);
}
