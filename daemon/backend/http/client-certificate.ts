import type { X509Certificate } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Socket } from 'node:net';
import { uuidBytes } from '../../base/ids.ts';

/** Who a client's certificate is for, or why it counts for nobody. */
export type CertificateReading =
  | { door: Uint8Array; expiresAtMs: number }
  | { refused: CertificateRefusal };

/** The code of a refusal. */
export type CertificateRefusal = 'certificate-expired' | 'certificate-not-yet-valid' | 'certificate-revoked' | 'certificate-untrusted' | 'certificate-without-door';

/** What the caller is told. */
export const certificateRefusalText: Readonly<Record<CertificateRefusal, string>> = {
  'certificate-expired': 'Your client certificate has expired. Have another one signed, or send an API key.',
  'certificate-not-yet-valid': 'Your client certificate is not valid yet. Check the clock of whoever signed it and of this backend.',
  'certificate-revoked': 'Your client certificate was revoked. Have another one signed, or send an API key.',
  'certificate-untrusted': 'Your client certificate is not signed by an authority this backend trusts for doors (tls.clientCaFile), or not for clients.',
  'certificate-without-door': 'Your client certificate names no door this backend has: it needs the one subject alternative name URI:urn:postern:door:RUUID.',
};

const DOOR_URI = /^URI:urn:postern:door:([A-Za-z0-9_-]{22,36})$/i;

/** A handshake is looked at once. */
const readings = new WeakMap<Socket, CertificateReading | 'none'>();

/** What the certificate of a connection says; undefined without one. */
export function certificateOf(socket: Socket): CertificateReading | undefined {
  const reading = readings.get(socket) ?? read(socket) ?? 'none';
  readings.set(socket, reading);
  return reading === 'none' ? undefined : reading;
}

function read(socket: Socket): CertificateReading | undefined {
  const certificate = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (!certificate) return undefined;
  const { authorized, authorizationError } = socket as TLSSocket;
  // The error is a code, whatever its type says.
  if (!authorized) return { refused: refusalOf(String(authorizationError)) };
  const door = doorOf(certificate);
  return door ? { door, expiresAtMs: Date.parse(certificate.validTo) } : { refused: 'certificate-without-door' };
}

function refusalOf(code: string): CertificateRefusal {
  switch (code) {
    case 'CERT_HAS_EXPIRED': return 'certificate-expired';
    case 'CERT_NOT_YET_VALID': return 'certificate-not-yet-valid';
    case 'CERT_REVOKED': return 'certificate-revoked';
    default: return 'certificate-untrusted';
  }
}

/**
 * The door that a certificate's one URI of ours names. The common name is not looked at: it says nothing of what the name is
 * for (RFC 9525 §2), and an authority may sign laptops and people, too.
 */
export function doorOf({ subjectAltName = '' }: Pick<X509Certificate, 'subjectAltName'>): Uint8Array | undefined {
  // Node puts a name with a comma or control character into quotes: in one such another could hide.
  if (subjectAltName.includes('"')) return undefined;
  const [uri, ...more] = subjectAltName.split(', ').filter((name) => /^URI:urn:postern:/i.test(name));
  if (uri === undefined || more.length > 0) return undefined;
  return uuidBytes(DOOR_URI.exec(uri)?.[1] ?? '');
}
