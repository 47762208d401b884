import { Writable } from 'node:stream';
import type { CommandIo } from '../../daemon/commands/command.ts';

/** What a command writes, kept as text. */
export class CommandStreams implements CommandIo {
  readonly out = new Kept();
  readonly err = new Kept();
  readonly isTty = false;
}

class Kept extends Writable {
  text = '';

  override _write(chunk: Buffer, _encoding: string, done: () => void): void {
    this.text += chunk.toString();
    done();
  }
}
