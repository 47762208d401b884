import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Names of a signed certificate's two files. */
export interface CertificateFiles {
  cert: string;
  key: string;
}

/** An authority of its own, made with openssl in a folder of the test. */
export class Authority {
  readonly dir: string;
  readonly name: string;
  readonly cert: string;

  constructor(dir: string, name: string) {
    this.dir = dir;
    this.name = name;
    this.cert = join(dir, `${name}.pem`);
    openssl('req', '-x509', ...newKey(join(dir, `${name}.key`)), '-out', this.cert, '-days', '3', '-subj', `/CN=${name}`);
    writeFileSync(join(dir, `${name}.index`), '');
    writeFileSync(join(dir, `${name}.cnf`), `[ca]\ndefault_ca=us\n[us]\ndatabase=${join(dir, `${name}.index`)}\ndefault_md=sha256\ndefault_crl_days=3\n`);
  }

  /** For 127.0.0.1 and localhost. */
  server(name: string): CertificateFiles {
    return this.sign(name, 'subjectAltName=IP:127.0.0.1,DNS:localhost\nextendedKeyUsage=serverAuth');
  }

  /** For a door by its RUUID. */
  door(name: string, ruuid: string, days = 3): CertificateFiles {
    return this.sign(name, `subjectAltName=URI:urn:postern:door:${ruuid}\nextendedKeyUsage=clientAuth`, days);
  }

  /** `days` may be negative, for one that has expired. */
  sign(name: string, extensions: string, days = 3): CertificateFiles {
    const at = (end: string): string => join(this.dir, `${name}.${end}`);
    openssl('req', ...newKey(at('key')), '-out', at('csr'), '-subj', `/CN=${name}`);
    writeFileSync(at('ext'), extensions);
    openssl('x509', '-req', '-in', at('csr'), '-CA', this.cert, '-CAkey', join(this.dir, `${this.name}.key`), '-CAcreateserial', '-days', String(days), '-extfile', at('ext'), '-out', at('cert'));
    chmodSync(at('key'), 0o600);
    return { cert: at('cert'), key: at('key') };
  }

  revoke({ cert }: CertificateFiles): void {
    this.#ca('-revoke', cert);
  }

  /** Writes what was revoked so far; the file takes the place of the one before at once. */
  revocationList(file: string): void {
    this.#ca('-gencrl', '-out', `${file}.new`);
    renameSync(`${file}.new`, file);
  }

  #ca(...args: string[]): void {
    openssl('ca', '-config', join(this.dir, `${this.name}.cnf`), '-cert', this.cert, '-keyfile', join(this.dir, `${this.name}.key`), ...args);
  }
}

/** Puts a certificate and its key in the place of others, as a renewal does. */
export function replace(files: CertificateFiles, by: CertificateFiles): void {
  copyFileSync(by.key, `${files.key}.new`);
  renameSync(`${files.key}.new`, files.key);
  copyFileSync(by.cert, `${files.cert}.new`);
  renameSync(`${files.cert}.new`, files.cert);
}

function newKey(file: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', file];
}

function openssl(...args: string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
