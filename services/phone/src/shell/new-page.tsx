/** Offers a newer build of the page; the old one goes on until the offer is taken. */
import {newerPage, switchToNewerPage} from './offline-page.ts';

export function NewPage() {
  if (newerPage.value === null) return null;
  return (
    <aside class="notice" aria-label="New version of this page">
      There is a newer version of this page.{' '}
      <button class="link" onClick={switchToNewerPage}>
        Use it
      </button>
    </aside>
  );
}
