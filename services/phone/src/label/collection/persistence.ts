/** Asks the browser not to clear the photos when it wants room. */
import {signal} from '@preact/signals';

/** Whether the browser promised it; null until it was asked. */
export const persistent = signal<boolean | null>(null);

/** Some browsers ask the person, so this is called when there is something to lose. */
export async function askToPersist(): Promise<void> {
  // Browsers offer it on HTTPS only.
  if (!('storage' in navigator)) {
    persistent.value = false;
    return;
  }
  persistent.value =
    (await navigator.storage.persisted().catch(() => false)) ||
    (await navigator.storage.persist().catch(() => false));
}
