import { parseArgs } from 'node:util';
import { systemClock } from '../base/clock.ts';
import type { Quad } from '../base/frame.ts';
import { pictureProblem } from '../scan/luma.ts';
import { QrReader } from '../scan/qr.ts';
import type { Command, CommandIo } from './command.ts';
import { loadPicture } from './picture-file.ts';
import { scannedAsText } from './scanned-text.ts';
import { tokenFacts } from './token-facts.ts';
import type { TokenFacts } from './token-facts.ts';

/** What was found in one picture; one of these is one line of `--json`. */
export interface ScannedPicture {
  file: string;
  /** In the order in which the decoder found them. */
  codes: { text: string; corners: Quad; look?: string; token?: TokenFacts }[];
  /** From opening the file to the last code, milliseconds. */
  ms: number;
  /** Why the picture could not be looked at. */
  error?: string;
}

/** Longer than a picture of any size takes; a decoder that hangs is replaced. */
const DEADLINE_MS = 10_000;

export const scanCommand: Command = {
  name: 'scan',
  summary: 'Reads the QR codes in pictures',
  help: `Usage: postern scan PICTURE… [--json]

Reads the QR codes in pictures (JPEG, PNG, WebP, TIFF, AVIF, GIF, SVG) the way the door does, one picture in every way
that the door tries over several frames, and prints each one's text, what it claims if it is a door code (its signature
is not checked), its corners and the time it took.

  --json   one object a line, for every picture:
           {"file", "codes": [{"text", "corners": [{"x", "y"}, …], "look"?, "token"?}], "ms", "error"?}

"look" names the way a code was read where the plain way read nothing.
Corners are pixels of the picture as it is shown (upright): top left, top right, bottom right, bottom left of the code.
A picture of over 25 million pixels is shrunk to them first.

Exit codes: 0 every picture holds a code; 1 some picture holds none; 2 some picture cannot be read, or wrong usage.
`,
  async run(args, io) {
    const { values, positionals: files } = parseArgs({ args, allowPositionals: true, options: { json: { type: 'boolean', default: false } } });
    if (files.length === 0) {
      io.err.write('postern scan: name at least one picture; "postern scan --help" tells more.\n');
      return 2;
    }
    const reader = await QrReader.open({ clock: systemClock, deadlineMs: DEADLINE_MS });
    try {
      return await scanAll(files, reader, values.json, io);
    } finally {
      await reader.close();
    }
  },
};

async function scanAll(files: string[], reader: QrReader, json: boolean, io: CommandIo): Promise<number> {
  let exitCode = 0;
  for (const [i, file] of files.entries()) {
    const scanned = await scan(file, reader);
    io.out.write(json ? `${JSON.stringify(scanned)}\n` : scannedAsText(scanned));
    exitCode = Math.max(exitCode, exitCodeOf(scanned));
    showProgress(i + 1, files.length, io);
  }
  return exitCode;
}

function exitCodeOf({ error, codes }: ScannedPicture): number {
  if (error !== undefined) return 2;
  return codes.length > 0 ? 0 : 1;
}

async function scan(file: string, reader: QrReader): Promise<ScannedPicture> {
  const startedMs = systemClock.monotonicMs();
  const found = await findCodes(file, reader);
  return { file, ...found, ms: Math.round((systemClock.monotonicMs() - startedMs) * 10) / 10 };
}

async function findCodes(file: string, reader: QrReader): Promise<Pick<ScannedPicture, 'codes' | 'error'>> {
  try {
    const { frame, scale } = await loadPicture(file, reader.maxPixels);
    const { codes, problem } = await reader.readThoroughly(frame);
    if (problem !== undefined) return { codes: [], error: problem };
    return { codes: codes.map(({ text, quad, look }) => ({ text, corners: scaled(quad, scale), ...(look !== undefined && { look }), ...tokenOf(text) })) };
  } catch (thrown) {
    return { codes: [], error: pictureProblem(thrown) };
  }
}

function tokenOf(text: string): { token?: TokenFacts } {
  const token = tokenFacts(text);
  return token ? { token } : {};
}

function scaled(quad: Quad, by: number): Quad {
  return quad.map(({ x, y }) => ({ x: Math.round(x * by), y: Math.round(y * by) })) as unknown as Quad;
}

/** Where the lines go elsewhere and someone waits at the terminal. */
function showProgress(done: number, all: number, io: CommandIo): void {
  if (io.isTty || all < 20 || !('isTTY' in io.err && io.err.isTTY)) return;
  io.err.write(done < all ? `\r${done} of ${all}` : '\r\u001b[K');
}
