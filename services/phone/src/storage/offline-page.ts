/** Registers the service worker, which keeps the page available offline. */
import {signal} from '@preact/signals';

/** The service worker of a newer build that is ready to take over. */
export const newerPage = signal<ServiceWorker | null>(null);
/** Whether the page is cached and opens offline. */
export const isPageCached = signal(false);

let switching = false;

export function registerServiceWorker(): void {
  // Not available without HTTPS; not wanted during development, where files change all the time.
  if (!('serviceWorker' in navigator) || import.meta.env.DEV) return;
  addEventListener('load', () => void register());
}

async function register(): Promise<void> {
  const {serviceWorker} = navigator;
  serviceWorker.addEventListener('controllerchange', () => {
    if (switching) location.reload();
  });
  try {
    const registration = await serviceWorker.register('service-worker.js');
    offerWaiting(registration);
    registration.addEventListener('updatefound', () => {
      registration.installing?.addEventListener('statechange', () => offerWaiting(registration));
    });
    await serviceWorker.ready;
    isPageCached.value = true;
  } catch {
    // An untrusted certificate or a private window: the page works, but only online.
    isPageCached.value = false;
  }
}

function offerWaiting(registration: ServiceWorkerRegistration): void {
  // Without a controller this is the first installation, not an update.
  if (registration.waiting && navigator.serviceWorker.controller) newerPage.value = registration.waiting;
}

export function switchToNewerPage(): void {
  const worker = newerPage.value;
  // Another tab has activated it already.
  if (worker?.state !== 'installed') location.reload();
  switching = true;
  worker?.postMessage('use-this-build');
}
