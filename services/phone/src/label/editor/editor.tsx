/** One photo on all of the screen, to draw boxes on. */
import {useSignal} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';

import {ConfirmDialog} from '../../ui/confirm-dialog.tsx';
import {ToolButton} from '../../ui/icons.tsx';
import {collectionProblem} from '../collection/problem.ts';
import type {PhotoRecord} from '../collection/record.ts';
import {shelf} from '../collection/shelf.ts';
import {leftOut} from '../report-wrong.ts';
import {Unkept} from '../unkept.tsx';
import {pressed} from './keyboard.ts';
import {currentClass, histories} from './memory.ts';
import {usePicture} from './picture.ts';
import {historyOf, Session} from './session.ts';
import {focusSelected, Stage} from './stage.tsx';
import {Tools} from './tools.tsx';

interface EditorProps {
  readonly record: PhotoRecord;
  /** Shows another photo of the collection, or all of them for null. */
  readonly onGo: (id: number | null) => void;
}

export function Editor({record, onGo}: EditorProps) {
  const {id, width, height} = record;
  const session = useMemo(
    () =>
      new Session({
        photo: {width, height},
        history: historyOf(shelf.find(id)!.labelling, histories.get(id)),
        classId: currentClass,
        nameOf: classId => shelf.classes.value[classId] ?? '',
        onLabelled: history => {
          histories.set(id, history);
          void shelf.label(id, history.now);
        },
      }),
    [id, width, height],
  );
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const asking = useSignal(false);
  const problem = useSignal<string | null>(null);
  const picture = usePicture(id);

  const ids = shelf.photos.value.map(photo => photo.id);
  const place = ids.indexOf(id);
  const next = () => onGo(ids[place + 1] ?? null);
  const previous = () => onGo(ids[place - 1] ?? id);
  const names = shelf.classes.value;
  const trouble = problem.value ?? picture.value.problem;
  const title = `Photo ${place + 1} of ${ids.length}`;

  const onKeyDown = (event: KeyboardEvent) => {
    if (!pressed(event, session, {classes: names.length, next, previous})) return;
    event.preventDefault();
    const stage = dialog.current?.querySelector<HTMLElement>('.stage');
    // A box that had the focus may be gone, or another one have come. Preact draws in a microtask, which stands
    // in line already: the focus has moved before the next key comes.
    if (stage?.contains(document.activeElement)) queueMicrotask(() => focusSelected(stage, session));
  };
  const onCancel = (event: Event) => {
    event.preventDefault();
    // A phone's way back. Browsers let a page hold it up only now and then: the dialog would be closed all the same.
    if (session.selected.value === null || !event.cancelable) onGo(null);
    else session.select(null);
  };
  const answer = async (yes: boolean) => {
    asking.value = false;
    if (!yes) return;
    try {
      await shelf.remove(id);
      histories.delete(id);
      onGo(ids[place + 1] ?? ids[place - 1] ?? null);
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
        <ToolButton icon="back" label="Previous photo" off={place === 0} onPress={previous} />
        <h2 class="numbers" aria-hidden="true">
          {place + 1} / {ids.length}
        </h2>
        <ToolButton icon="zoom-out" label="Zoom out" onPress={() => session.zoomOut()} />
        <ToolButton icon="zoom-in" label="Zoom in" onPress={() => session.zoomIn()} />
        <ToolButton icon="trash" label="Delete this photo" onPress={() => (asking.value = true)} />
      </header>
      <Unkept />
      {trouble !== null && (
        <p class="notice bad" role="alert">
          {trouble}
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
        isLast={place === ids.length - 1}
        onNext={next}
      />
      <p class="unseen" role="status">
        {session.said.value}
      </p>
      {asking.value && (
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

/** Until there is a box in the collection. */
function FirstHint({session}: {readonly session: Session}) {
  const isFirst = shelf.photos.value.every(({labelling}) => labelling.boxes.length === 0);
  if (!isFirst || session.shown.value.length > 0) return null;
  return <p class="hint">Draw a box around each thing: one finger, from corner to corner.</p>;
}
