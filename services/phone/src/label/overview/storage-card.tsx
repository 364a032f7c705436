/** How much is stored, whether the browser keeps it, and the button to delete all photos. */
import {useSignal} from '@preact/signals';

import {ConfirmDialog} from '../../ui/confirm-dialog.tsx';
import {formatBytes} from '../../ui/format.ts';
import {collection, isPersistent} from '../collection/collection.ts';
import {collectionProblem} from '../collection/photo-database.ts';
import {histories} from '../editor/editor-state.ts';

export function StorageCard() {
  const asking = useSignal(false);
  const problem = useSignal<string | null>(null);
  const photos = collection.photos.value;
  const total = photos.reduce((sum, {sizeBytes}) => sum + sizeBytes, 0);
  const answer = async (yes: boolean) => {
    asking.value = false;
    if (!yes) return;
    try {
      await collection.removeAll();
      histories.clear();
    } catch (fault) {
      problem.value = collectionProblem(fault).message;
    }
  };
  return (
    <section class="stack storage small" aria-label="Storage">
      <p class="quiet">
        The photos are in this browser only, nothing is sent (
        <span class="numbers">
          {photos.length === 1 ? '1 photo' : `${photos.length} photos`}, {formatBytes(total)}
        </span>
        ). {PROMISES[String(isPersistent.value)]}
      </p>
      {problem.value !== null && (
        <p class="notice bad" role="alert">
          {problem.value}
        </p>
      )}
      <div class="row">
        <button type="button" class="button danger" onClick={() => (asking.value = true)}>
          Delete all photos
        </button>
      </div>
      {asking.value && (
        <ConfirmDialog
          question={`Delete all ${photos.length} photos?`}
          explanation="They are taken out of this browser with their boxes. Download the zip first if you may want them again."
          confirmLabel="Delete all"
          onAnswer={yes => void answer(yes)}
        />
      )}
    </section>
  );
}

const PROMISES: Record<string, string> = {
  true: 'The browser promised to keep them.',
  false:
    'The browser may clear them when it wants room, or after some weeks without a visit: download the zip now and ' +
    'then, or install this page.',
  null: '',
};
