/**
 * Caches the page itself, so that it opens offline. The model is stored elsewhere (src/model).
 *
 * Each build has a cache of its own. Requests for anything else (/detect, /v1, /docs, /lan and below) go to the network
 * untouched.
 */
/** Inserted by the build (build/service-worker.ts): its id and its files. */
declare const __BUILD_FILES__: {id: string; files: string[]};

const worker = self as unknown as ServiceWorkerGlobalScope;
const BUILD = __BUILD_FILES__;
const PREFIX = 'page-';
const CACHE = PREFIX + BUILD.id;
const SCOPE = new URL(worker.registration.scope);
const INDEX = new URL('index.html', SCOPE).href;

async function cacheBuild(): Promise<void> {
  const cache = await caches.open(CACHE);
  const urls = BUILD.files.map(file => new URL(file, SCOPE).href);
  // Names under assets/ contain a hash of their content; other files must be fetched again.
  await cache.addAll(
    urls.map(url => new Request(url, {cache: url.includes('/assets/') ? 'default' : 'reload'})),
  );
}

async function deleteOtherBuilds(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter(name => name.startsWith(PREFIX) && name !== CACHE).map(name => caches.delete(name)),
  );
  await worker.clients.claim();
}

/** The part of the URL below the page's own folder; undefined for anything of other origins. */
function pathInPage(url: URL): string | undefined {
  const inside = url.origin === SCOPE.origin && url.pathname.startsWith(SCOPE.pathname);
  return inside ? url.pathname.slice(SCOPE.pathname.length) : undefined;
}

async function cachedOrFetched(request: Request | string): Promise<Response> {
  const cached = await caches
    .open(CACHE)
    .then(cache => cache.match(request))
    .catch(() => undefined); // a broken cache must not prevent the page from loading online
  return cached ?? fetch(request);
}

worker.addEventListener('install', event => event.waitUntil(cacheBuild()));
worker.addEventListener('activate', event => event.waitUntil(deleteOtherBuilds()));
worker.addEventListener('message', event => {
  if (event.data === 'use-this-build') void worker.skipWaiting();
});
worker.addEventListener('fetch', event => {
  if (event.request.method !== 'GET') return;
  const path = pathInPage(new URL(event.request.url));
  if (path === '' || path === 'index.html') event.respondWith(cachedOrFetched(INDEX));
  else if (path !== undefined && BUILD.files.includes(path))
    event.respondWith(cachedOrFetched(event.request));
});
