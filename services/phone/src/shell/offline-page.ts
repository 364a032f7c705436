/** Registers the service worker, which keeps the page for times without a network. */
import {signal} from '@preact/signals';

/** A newer build that is ready to take over. */
export const newerPage = signal<ServiceWorker | null>(null);
/** The browser holds this page: it opens without a network. */
export const pageIsKept = signal(false);

let switching = false;

export function keepPageOffline(): void {
  // Absent off HTTPS. While developing, files change under the page.
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
    pageIsKept.value = true;
  } catch {
    // An untrusted certificate or a private window: the page works, though only with a network.
    pageIsKept.value = false;
  }
}

function offerWaiting(registration: ServiceWorkerRegistration): void {
  // Without a controller the first build is still settling in.
  if (registration.waiting && navigator.serviceWorker.controller) newerPage.value = registration.waiting;
}

export function switchToNewerPage(): void {
  const worker = newerPage.value;
  // Another tab has gone over to it already.
  if (worker?.state !== 'installed') location.reload();
  switching = true;
  worker?.postMessage('use-this-build');
}
