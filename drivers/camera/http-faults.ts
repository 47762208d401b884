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
