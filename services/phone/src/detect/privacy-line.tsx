/** Where photos go in this mode. */
import {usesServer} from './modes.ts';

const TO_SERVER =
  'Photos go to your server, made small and without place or time. Only HEIC that this browser cannot open goes whole.';

export function PrivacyLine() {
  return (
    <p class="privacy small">
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        {usesServer.value ? (
          <path d="M12 16V5M8 9l4-4 4 4M5 19h14" />
        ) : (
          <path d="M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z" />
        )}
      </svg>
      {usesServer.value ? TO_SERVER : 'Nothing leaves this phone.'}
    </p>
  );
}
