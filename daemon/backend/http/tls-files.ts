import { createHash, X509Certificate } from 'node:crypto';
import { readFileSync, statSync } from 'node:fs';
import type { Server } from 'node:https';
import { createSecureContext, type SecureContextOptions } from 'node:tls';
import type { Clock, Timer } from '../../base/clock.ts';
import { messageOf, PosternError } from '../../base/errors.ts';
import type { Logger } from '../../base/logger.ts';

/** PEM files, as the config names them. */
export interface TlsFileNames {
  certFile: string;
  keyFile: string;
  /** Authorities that sign doors' certificates; absent: no client is asked for one. */
  clientCaFile?: string | undefined;
  /** What these have revoked. */
  clientCrlFile?: string | undefined;
}

export interface TlsFilesOptions {
  clock: Clock;
  log: Logger;
  /** Called when other clients than before are to be believed: authorities or their revocations changed. */
  onTrustChange: () => void;
}

interface Read {
  context: SecureContextOptions;
  /** Of everything together, and of what tells which clients are believed. */
  digest: string;
  trustDigest: string;
}

const LOOK_EVERY_MS = 5_000;

/** A server's certificate, key and trusted authorities, which change on the disk while it runs. */
export class TlsFiles {
  readonly #names: TlsFileNames;
  readonly #o: TlsFilesOptions;
  #used: Read;
  #stamp: string;
  #problem = '';
  #timer: Timer | undefined;

  /** Throws PosternError('tls-files'). */
  constructor(names: TlsFileNames, options: TlsFilesOptions) {
    this.#names = names;
    this.#o = options;
    this.#stamp = stampOf(names);
    this.#used = read(names);
  }

  get context(): SecureContextOptions {
    return this.#used.context;
  }

  /** Looks at the files every few seconds. */
  watch(server: Server): void {
    this.#timer = this.#o.clock.after(LOOK_EVERY_MS, () => {
      this.watch(server);
      if (stampOf(this.#names) !== this.#stamp) this.reload(server);
    });
  }

  /**
   * Has further connections use what is in the files now; those that stand live on. What is broken is told once, and the old
   * stays in use.
   */
  reload(server: Server): void {
    this.#stamp = stampOf(this.#names);
    try {
      const found = read(this.#names);
      this.#problem = '';
      if (found.digest === this.#used.digest) return;
      server.setSecureContext(found.context);
      const trustChanged = found.trustDigest !== this.#used.trustDigest;
      this.#used = found;
      this.#o.log.info(`The TLS files were read anew; the certificate is valid until ${validTo(found.context)}.`);
      if (trustChanged) this.#o.onTrustChange();
    } catch (thrown) {
      if (!(thrown instanceof PosternError)) throw thrown;
      if (thrown.message !== this.#problem) this.#o.log.error(`${thrown.message} The old ones stay in use.`);
      this.#problem = thrown.message;
    }
  }

  stop(): void {
    this.#timer?.cancel();
  }
}

function read({ certFile, keyFile, clientCaFile, clientCrlFile }: TlsFileNames): Read {
  const cert = fileOf(certFile);
  const key = secretOf(keyFile);
  const ca = clientCaFile === undefined ? undefined : fileOf(clientCaFile);
  const crl = clientCrlFile === undefined ? undefined : fileOf(clientCrlFile);
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...(ca && { ca }), ...(crl && { crl }) };
  try {
    if (ca) void new X509Certificate(ca);
    createSecureContext(context);
  } catch (thrown) {
    throw new PosternError('tls-files', `The TLS files cannot be used (${messageOf(thrown)}): are ${[certFile, keyFile, clientCaFile, clientCrlFile].filter(Boolean).join(', ')} PEM, and does the key belong to the certificate?`, { cause: thrown });
  }
  return { context, digest: digestOf(cert, key, ca, crl), trustDigest: digestOf(ca, crl) };
}

function fileOf(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (thrown) {
    throw new PosternError('tls-files', `The TLS file ${path} cannot be read: ${messageOf(thrown)}.`, { cause: thrown });
  }
}

/** [S7] A group may read it, as servers' keys are commonly shared with one. */
function secretOf(path: string): Buffer {
  const bytes = fileOf(path);
  if ((statSync(path).mode & 0o007) === 0) return bytes;
  throw new PosternError('tls-files', `The private key ${path} can be read by everybody; run: chmod o= ${path}`);
}

/** What differs once a file was written or another put in its place. */
function stampOf({ certFile, keyFile, clientCaFile, clientCrlFile }: TlsFileNames): string {
  return [certFile, keyFile, clientCaFile, clientCrlFile].map((path) => {
    const info = path === undefined ? undefined : statSync(path, { throwIfNoEntry: false });
    return info ? `${info.mtimeMs}/${info.size}/${info.ino}/${info.mode}` : '';
  }).join(' ');
}

function digestOf(...parts: (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part?.length ?? '-'} `).update(part ?? '');
  return hash.digest('hex');
}

function validTo({ cert }: SecureContextOptions): string {
  return new Date(new X509Certificate(cert as Buffer).validTo).toISOString();
}
