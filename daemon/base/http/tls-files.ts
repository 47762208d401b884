import { createHash, X509Certificate } from 'node:crypto';
import type { Server } from 'node:https';
import type { SecureContextOptions } from 'node:tls';
import type { Clock, Timer } from '../clock.ts';
import { PosternError } from '../errors.ts';
import type { Logger } from '../logger.ts';
import { checkTls, pemFile, privateKeyFile, stampOf } from '../pem-files.ts';

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
    this.#stamp = stampOf(pathsOf(names));
    this.#used = read(names);
  }

  get context(): SecureContextOptions {
    return this.#used.context;
  }

  /** Looks at the files every few seconds. */
  watch(server: Server): void {
    this.#timer = this.#o.clock.after(LOOK_EVERY_MS, () => {
      this.watch(server);
      if (stampOf(pathsOf(this.#names)) !== this.#stamp) this.reload(server);
    });
  }

  /**
   * Has further connections use what is in the files now; those that stand live on. What is broken is told once, and the old
   * stays in use.
   */
  reload(server: Server): void {
    this.#stamp = stampOf(pathsOf(this.#names));
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

function read(names: TlsFileNames): Read {
  const { certFile, keyFile, clientCaFile, clientCrlFile } = names;
  const cert = pemFile(certFile);
  const key = privateKeyFile(keyFile, 'owner and group');
  const ca = clientCaFile === undefined ? undefined : pemFile(clientCaFile);
  const crl = clientCrlFile === undefined ? undefined : pemFile(clientCrlFile);
  const context: SecureContextOptions = { cert, key, minVersion: 'TLSv1.2', ...(ca && { ca }), ...(crl && { crl }) };
  checkTls(context, pathsOf(names));
  return { context, digest: digestOf(cert, key, ca, crl), trustDigest: digestOf(ca, crl) };
}

function pathsOf({ certFile, keyFile, clientCaFile, clientCrlFile }: TlsFileNames): (string | undefined)[] {
  return [certFile, keyFile, clientCaFile, clientCrlFile];
}

function digestOf(...parts: (Buffer | undefined)[]): string {
  const hash = createHash('sha256');
  for (const part of parts) hash.update(`${part?.length ?? '-'} `).update(part ?? '');
  return hash.digest('hex');
}

function validTo({ cert }: SecureContextOptions): string {
  return new Date(new X509Certificate(cert as Buffer).validTo).toISOString();
}
