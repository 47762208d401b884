import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { HelperProcess } from './helper-process.ts';
import type { Absent, Decoder } from './decoder.ts';

const root = fileURLToPath(new URL('../../..', import.meta.url));
const sources = join(root, 'scripts/scan-bench');
/** Debian's packages are for its own interpreter, which need not be the first in PATH. */
const PYTHONS = ['/usr/bin/python3', 'python3'];

/** Opens the system's zxing-cpp, compiling the helper for it into `cacheDir` the first time. */
export async function openZxingCpp(cacheDir = join(root, '.cache/scan-bench')): Promise<Decoder | Absent> {
  const name = 'zxing-cpp, native';
  try {
    return await HelperProcess.open(name, [compiled(join(sources, 'zxing-helper.cpp'), cacheDir)]);
  } catch {
    return { name, why: 'Skipped: install libzxing-dev and g++ to compare with it.' };
  }
}

export async function openZbar(): Promise<Decoder | Absent> {
  return await openPython('zbar', 'zbar_helper.py') ?? { name: 'zbar', why: 'Skipped: install libzbar0 and python3 to compare with it.' };
}

export async function openOpenCv(): Promise<Decoder | Absent> {
  return await openPython('OpenCV', 'opencv_helper.py') ?? { name: 'OpenCV', why: 'Skipped: install python3-opencv to compare with it.' };
}

async function openPython(name: string, helper: string): Promise<Decoder | undefined> {
  for (const python of PYTHONS) {
    try {
      return await HelperProcess.open(name, [python, join(sources, helper)]);
    } catch {
      // The next one may have the module.
    }
  }
  return undefined;
}

/** The program made of a source, by its content, so that a changed source or another library's version is compiled anew. */
function compiled(source: string, cacheDir: string): string {
  const libraryHeader = '/usr/include/ZXing/ZXVersion.h';
  const hash = createHash('sha256').update(readFileSync(source));
  if (existsSync(libraryHeader)) hash.update(readFileSync(libraryHeader));
  const program = join(cacheDir, `zxing-${hash.digest('hex').slice(0, 16)}`);
  if (existsSync(program)) return program;
  mkdirSync(cacheDir, { recursive: true });
  const made = `${program}.${process.pid}`;
  execFileSync('g++', ['-O3', '-std=c++20', '-w', '-o', made, source, '-lZXing'], { stdio: 'ignore' });
  renameSync(made, program);
  return program;
}
