/** Why an answer with this status gives no picture, in the words of `PictureListener.ended`; undefined when it may have one. */
export function meaningOfStatus(status: number, location: string | null, url: URL): string | undefined {
  if (status === 200) return undefined;
  if (status === 401) return 'it refuses the user and the password: see camera.user and camera.passwordFile';
  if (status === 403) return 'it forbids this user to watch: see camera.user';
  if (status === 404) return 'it does not know this path: see camera.url';
  if (status >= 300 && status < 400) return `it answers from another place${placeOf(location, url)}: see camera.url`;
  return `it answers with status ${status}`;
}

/** [S7] Without what may be secret in it. */
function placeOf(location: string | null, url: URL): string {
  if (location === null || !URL.canParse(location, url.href)) return '';
  const { protocol, host, pathname } = new URL(location, url);
  return `, ${protocol}//${host}${pathname}`.slice(0, 200);
}

const MEANINGS: Record<string, string> = {
  ECONNREFUSED: 'it refuses connections',
  ECONNRESET: 'it has hung up',
  ERR_STREAM_PREMATURE_CLOSE: 'it has hung up',
  EPIPE: 'it has hung up',
  ETIMEDOUT: 'it does not answer any more',
  EHOSTUNREACH: 'there is no way to it in the network',
  ENETUNREACH: 'there is no way to it in the network',
  ENOTFOUND: 'its name is not known: see camera.url',
  EAI_AGAIN: 'its name is not known at the moment',
  HPE_HEADER_OVERFLOW: 'it answers with endless headers',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself: put it into a file and set camera.caFile',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an authority that is not trusted here: set camera.caFile',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'its certificate is signed by an authority that is not trusted here: set camera.caFile',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an authority that is not trusted here: set camera.caFile',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name: see camera.url',
  EPROTO: 'it does not speak TLS there: see camera.url',
};

/** What a request failed of, in the words of `PictureListener.ended`. */
export function faultOf(thrown: unknown): string {
  const { code = '', cause } = thrown as { code?: string; cause?: { code?: string } };
  const known = MEANINGS[code] ?? MEANINGS[cause?.code ?? ''];
  if (known !== undefined) return known;
  if (code.startsWith('HPE_')) return 'it does not speak HTTP';
  if (code.startsWith('ERR_SSL_')) return 'it does not speak TLS there: see camera.url';
  return `the request fails (${code === '' ? 'unknown' : code})`;
}
