const MEANINGS: Record<string, (section: string) => string> = {
  ECONNREFUSED: () => 'it refuses connections',
  ECONNRESET: () => 'it has hung up',
  ERR_STREAM_PREMATURE_CLOSE: () => 'it has hung up',
  EPIPE: () => 'it has hung up',
  ETIMEDOUT: () => 'it does not answer any more',
  EHOSTUNREACH: () => 'there is no way to it in the network',
  ENETUNREACH: () => 'there is no way to it in the network',
  ENOTFOUND: (section) => `its name is not known: see ${section}.url`,
  EAI_AGAIN: () => 'its name is not known at the moment',
  HPE_HEADER_OVERFLOW: () => 'it answers with endless headers',
  CERT_HAS_EXPIRED: () => 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: (section) => `its certificate is signed by itself: put it into a file and set ${section}.caFile`,
  SELF_SIGNED_CERT_IN_CHAIN: untrusted,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: untrusted,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: untrusted,
  ERR_TLS_CERT_ALTNAME_INVALID: (section) => `its certificate is for another name: see ${section}.url`,
  EPROTO: noTls,
};

/** What a request to a device failed of, in words that follow "the device: "; `section` of the config has its `url` and `caFile`. */
export function faultOf(thrown: unknown, section: 'camera' | 'doorIo'): string {
  const { code = '', cause } = thrown as { code?: string; cause?: { code?: string } };
  const known = MEANINGS[code] ?? MEANINGS[cause?.code ?? ''];
  if (known !== undefined) return known(section);
  if (code.startsWith('HPE_')) return 'it does not speak HTTP';
  if (code.startsWith('ERR_SSL_')) return noTls(section);
  return `the request fails (${code === '' ? 'unknown' : code})`;
}

function untrusted(section: string): string {
  return `its certificate is signed by an authority that is not trusted here: set ${section}.caFile`;
}

function noTls(section: string): string {
  return `it does not speak TLS there: see ${section}.url`;
}
