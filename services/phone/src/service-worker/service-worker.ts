/**
 * Keeps the page itself, so that it opens without a network. The model is kept elsewhere (src/model).
 *
 * A build is kept whole under its own name. What belongs to no build (/detect, /v1, /docs, /lan and below) goes to
 * the network untouched.
 */
/** Written in by the build: its name, and the files that a page needs to start. */
declare const __BUILD_FILES__: {id: string; files: string[]};

const worker = self as unknown as ServiceWorkerGlobalScope;
const BUILD = __BUILD_FILES__;
const PREFIX = 'page-';
const KEPT = PREFIX + BUILD.id;
const SCOPE = new URL(worker.registration.scope);
const INDEX = new URL('index.html', SCOPE).href;

async function keepBuild(): Promise<void> {
  const cache = await caches.open(KEPT);
  const urls = BUILD.files.map(file => new URL(file, SCOPE).href);
  // Names under assets/ carry a hash of their content; the others must be asked for again.
  await cache.addAll(
    urls.map(url => new Request(url, {cache: url.includes('/assets/') ? 'default' : 'reload'})),
  );
}

async function dropOthers(): Promise<void> {
  const names = await caches.keys();
  await Promise.all(
    names.filter(name => name.startsWith(PREFIX) && name !== KEPT).map(name => caches.delete(name)),
  );
  await worker.clients.claim();
}

/** The part of the URL below the page's own folder; undefined for anything of other origins. */
function pathInPage(url: URL): string | undefined {
  const inside = url.origin === SCOPE.origin && url.pathname.startsWith(SCOPE.pathname);
  return inside ? url.pathname.slice(SCOPE.pathname.length) : undefined;
}

async function keptOrFetched(request: Request | string): Promise<Response> {
  const kept = await caches
    .open(KEPT)
    .then(cache => cache.match(request))
    .catch(() => undefined); // a storage that broke must not keep the page from whoever has a network
  return kept ?? fetch(request);
}

worker.addEventListener('install', event => event.waitUntil(keepBuild()));
worker.addEventListener('activate', event => event.waitUntil(dropOthers()));
worker.addEventListener('message', event => {
  if (event.data === 'use-this-build') void worker.skipWaiting();
});
worker.addEventListener('fetch', event => {
  if (event.request.method !== 'GET') return;
  const path = pathInPage(new URL(event.request.url));
  if (path === '' || path === 'index.html') event.respondWith(keptOrFetched(INDEX));
  else if (path !== undefined && BUILD.files.includes(path)) event.respondWith(keptOrFetched(event.request));
});
