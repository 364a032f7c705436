/** The collection at a glance: add, go on, download. */
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';

import {formatList} from '../../ui/format.ts';
import {navigate} from '../../ui/route.ts';
import {AddButtons} from '../adding/add-buttons.tsx';
import {statusOf} from '../boxes/labelling.ts';
import {shelf} from '../collection/shelf.ts';
import {DownloadCard} from '../export/download-card.tsx';
import {progressOf} from '../progress/progress.ts';
import {Unkept} from '../unkept.tsx';
import {ClassNames} from './class-names.tsx';
import {KeysCard} from './keys-card.tsx';
import {ProgressCard} from './progress-card.tsx';
import {StorageCard} from './storage-card.tsx';
import {Thumbnails} from './thumbnails.tsx';

export function Overview() {
  const renaming = useSignal(false);
  const photos = shelf.photos.value;
  const progress = progressOf(photos, shelf.classes.value);
  const next = photos.find(({labelling}) => !labelling.done);
  return (
    <>
      <Unkept />
      <div class="pad stack overview">
        <h1>Label</h1>
        {photos.length > 0 && <ProgressCard progress={progress} onRename={() => (renaming.value = true)} />}
        {photos.length === 0 && (
          <p>
            Take or choose photos of {formatList(shelf.classes.value)}: near and far, in different places and
            light, and some with nothing of the kind.{' '}
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
            <KeysCard />
            <StorageCard />
          </>
        )}
      </div>
      {renaming.value && <NamesDialog onClose={() => (renaming.value = false)} />}
    </>
  );
}

/** Counts boxes in all photos, checked or not: none of them may lose its class. */
function boxesByClass(): readonly number[] {
  const boxes = shelf.photos.value.flatMap(({labelling}) => labelling.boxes);
  return shelf.classes.value.map((_, id) => boxes.filter(({classId}) => classId === id).length);
}

function NamesDialog({onClose}: {readonly onClose: () => void}) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog class="small" ref={dialog} aria-labelledby="names-title" onCancel={onClose}>
      <h2 id="names-title">Names</h2>
      <ClassNames
        names={shelf.classes.value}
        boxes={boxesByClass()}
        save="Save"
        onSave={names => shelf.rename(names).then(onClose)}
      />
    </dialog>
  );
}
