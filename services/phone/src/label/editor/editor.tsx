/** The full-screen editor of one photo. */
import {useSignal} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';

import {ConfirmDialog} from '../../ui/confirm-dialog.tsx';
import {ToolButton} from '../../ui/icons.tsx';
import {collection} from '../collection/collection.ts';
import {collectionProblem, type PhotoRecord} from '../collection/photo-database.ts';
import {UnsavedNotice} from '../collection/unsaved-notice.tsx';
import {leftOut} from '../report/report-wrong.ts';
import {currentClass, histories} from './editor-state.ts';
import {handleKey} from './keyboard.ts';
import {historyOf, Session} from './session.ts';
import {focusSelected, Stage} from './stage.tsx';
import {Tools} from './tools.tsx';
import {usePicture} from './use-picture.ts';

interface EditorProps {
  readonly record: PhotoRecord;
  /** Opens another photo, or the overview for null. */
  readonly onGo: (id: number | null) => void;
}

export function Editor({record, onGo}: EditorProps) {
  const {id, width, height} = record;
  const session = useMemo(
    () =>
      new Session({
        photo: {width, height},
        history: historyOf(collection.find(id)!.labelling, histories.get(id)),
        classId: currentClass,
        nameOf: classId => collection.classes.value[classId] ?? '',
        onLabelled: history => {
          histories.set(id, history);
          void collection.label(id, history.now);
        },
      }),
    [id, width, height],
  );
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const isAsking = useSignal(false);
  const problem = useSignal<string | null>(null);
  const picture = usePicture(id);

  const ids = collection.photos.value.map(photo => photo.id);
  const index = ids.indexOf(id);
  const next = () => onGo(ids[index + 1] ?? null);
  const previous = () => onGo(ids[index - 1] ?? id);
  const names = collection.classes.value;
  const message = problem.value ?? picture.value.problem;
  const title = `Photo ${index + 1} of ${ids.length}`;

  const onKeyDown = (event: KeyboardEvent) => {
    if (!handleKey(event, session, {classes: names.length, next, previous})) return;
    event.preventDefault();
    const stage = dialog.current?.querySelector<HTMLElement>('.stage');
    // The focused box may be gone, or a new one selected. Preact's render is already queued as a microtask, so this one
    // runs after it and before the next key event.
    if (stage?.contains(document.activeElement)) queueMicrotask(() => focusSelected(stage, session));
  };
  const onCancel = (event: Event) => {
    event.preventDefault();
    // The phone's back gesture. Browsers do not always let a page cancel it; the dialog then closes anyway.
    if (session.selected.value === null || !event.cancelable) onGo(null);
    else session.select(null);
  };
  const answer = async (yes: boolean) => {
    isAsking.value = false;
    if (!yes) return;
    try {
      await collection.remove(id);
      histories.delete(id);
      onGo(ids[index + 1] ?? ids[index - 1] ?? null);
    } catch (fault) {
      problem.value = collectionProblem(fault).message;
    }
  };

  return (
    <dialog
      class="editor"
      ref={dialog}
      aria-label={`Label: ${title}`}
      onKeyDown={onKeyDown}
      onCancel={onCancel}
    >
      <header class="editor-top">
        <ToolButton icon="close" label="Close" onPress={() => onGo(null)} />
        <ToolButton icon="back" label="Previous photo" off={index === 0} onPress={previous} />
        <h2 class="numbers" aria-hidden="true">
          {index + 1} / {ids.length}
        </h2>
        <ToolButton icon="zoom-out" label="Zoom out" onPress={() => session.zoomOut()} />
        <ToolButton icon="zoom-in" label="Zoom in" onPress={() => session.zoomIn()} />
        <ToolButton icon="trash" label="Delete this photo" onPress={() => (isAsking.value = true)} />
      </header>
      <UnsavedNotice />
      {message !== null && (
        <p class="notice bad" role="alert">
          {message}
        </p>
      )}
      {leftOut.value?.id === id && (
        <p class="notice" role="status">
          The detector’s boxes of {leftOut.value.labels.join(', ')} were left out: your collection has no such
          kind.
        </p>
      )}
      <div class="stage-room">
        {picture.value.url !== null && (
          <Stage session={session} picture={picture.value.url} names={names} title={title} />
        )}
        <FirstHint session={session} />
      </div>
      <Tools
        session={session}
        names={names}
        classId={currentClass.value}
        isLast={index === ids.length - 1}
        onNext={next}
      />
      <p class="unseen" role="status">
        {session.announcement.value}
      </p>
      {isAsking.value && (
        <ConfirmDialog
          question="Delete this photo?"
          explanation="It is taken out of this browser with its boxes. Your phone’s own library keeps it."
          confirmLabel="Delete"
          onAnswer={yes => void answer(yes)}
        />
      )}
    </dialog>
  );
}

/** A hint that is shown until there is a box in the collection. */
function FirstHint({session}: {readonly session: Session}) {
  const isFirst = collection.photos.value.every(({labelling}) => labelling.boxes.length === 0);
  if (!isFirst || session.shown.value.length > 0) return null;
  return <p class="hint">Draw a box around each thing: one finger, from corner to corner.</p>;
}
