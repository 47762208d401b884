/**
 * The service worker: keeps the page and its parts on the device, so that a pass opens without a connection. The page is
 * the same for every pass. `version` changes with what it keeps; the calls of the API are never kept.
 */
export function workerScript(version: string, parts: readonly string[]): string {
  return String.raw`'use strict';
const CACHE = 'postern-pass-${version}';
const PAGE = './';
const PARTS = ${JSON.stringify(parts)};

self.addEventListener('install', (event) => event.waitUntil((async () => {
  const cache = await caches.open(CACHE);
  await cache.addAll([PAGE, ...PARTS].map((path) => new Request(path, { cache: 'reload' })));
  await self.skipWaiting();
})()));

self.addEventListener('activate', (event) => event.waitUntil((async () => {
  const old = (await caches.keys()).filter((name) => name.startsWith('postern-pass-') && name !== CACHE);
  await Promise.all(old.map((name) => caches.delete(name)));
  await self.clients.claim();
})()));

/** From the device first: at a door a weak connection is worse than none. A new version comes with the next worker. */
self.addEventListener('fetch', (event) => {
  const { request } = event;
  const scope = new URL(self.registration.scope);
  const url = new URL(request.url);
  if (request.method !== 'GET' || url.origin !== scope.origin || !url.pathname.startsWith(scope.pathname)) return;
  event.respondWith((async () => {
    const cache = await caches.open(CACHE);
    const own = await cache.match(request.mode === 'navigate' ? new URL(PAGE, scope).href : request, { ignoreSearch: true });
    return own ?? fetch(request);
  })());
});
`;
}
