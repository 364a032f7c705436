/** The overview of the collection: progress, adding photos, thumbnails, download and storage. */
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';

import {formatList} from '../../ui/format.ts';
import {navigate} from '../../ui/route.ts';
import {AddButtons} from '../adding/add-buttons.tsx';
import {statusOf} from '../boxes/labelling.ts';
import {collection} from '../collection/collection.ts';
import {UnsavedNotice} from '../collection/unsaved-notice.tsx';
import {KEYS} from '../editor/keyboard.ts';
import {DownloadCard} from '../export/download-card.tsx';
import {countProgress} from '../progress/progress.ts';
import {ClassNamesForm} from './class-names-form.tsx';
import {ProgressCard} from './progress-card.tsx';
import {StorageCard} from './storage-card.tsx';
import {Thumbnails} from './thumbnails.tsx';

export function Overview() {
  const renaming = useSignal(false);
  const photos = collection.photos.value;
  const progress = countProgress(photos, collection.classes.value);
  const next = photos.find(({labelling}) => !labelling.done);
  return (
    <>
      <UnsavedNotice />
      <div class="pad stack overview">
        <h1>Label</h1>
        {photos.length > 0 && <ProgressCard progress={progress} onRename={() => (renaming.value = true)} />}
        {photos.length === 0 && (
          <p>
            Take or choose photos of {formatList(collection.classes.value)}: near and far, in different places
            and light, and some with nothing of the kind.{' '}
            <button type="button" class="link" onClick={() => (renaming.value = true)}>
              Change names
            </button>
          </p>
        )}
        <AddButtons
          isMain={next === undefined}
          onAdded={({added}) => {
            if (added.length === 1) navigate('label', String(added[0]!.id));
          }}
        />
        {next && (
          <a class="button main go-on" href={`#/label/${next.id}`}>
            <span class="numbers">
              {statusOf(next.labelling) === 'to-check' ? 'Check the boxes' : 'Draw boxes'} (
              {progress.toDo + progress.toCheck} to do)
            </span>
          </a>
        )}
        {photos.length > 0 && (
          <>
            <Thumbnails photos={photos} />
            <DownloadCard progress={progress} />
            <KeyList />
            <StorageCard />
          </>
        )}
      </div>
      {renaming.value && <NamesDialog onClose={() => (renaming.value = false)} />}
    </>
  );
}

/** Counts boxes in all photos, confirmed or not, as none of them may lose its class. */
function boxesByClass(): readonly number[] {
  const boxes = collection.photos.value.flatMap(({labelling}) => labelling.boxes);
  return collection.classes.value.map((_, id) => boxes.filter(({classId}) => classId === id).length);
}

function NamesDialog({onClose}: {readonly onClose: () => void}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="small" ref={dialog} aria-labelledby="names-title" onCancel={onClose}>
      <h2 id="names-title">Names</h2>
      <ClassNamesForm
        names={collection.classes.value}
        boxes={boxesByClass()}
        save="Save"
        onSave={names => collection.rename(names).then(onClose)}
      />
    </dialog>
  );
}

/** The keyboard shortcuts of the editor. */
function KeyList() {
  return (
    <details class="keys small">
      <summary>Keys while drawing boxes</summary>
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
