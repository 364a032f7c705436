/** Downloads the collection as a zip for training. */
import {useSignal, type Signal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {formatBytes} from '../../ui/format.ts';
import {Icon} from '../../ui/icons.tsx';
import {collection} from '../collection/collection.ts';
import {collectionProblem} from '../collection/photo-database.ts';
import type {Progress} from '../progress/progress.ts';
import {datasetZip, zipName, ZipTooLarge} from './dataset-zip.ts';

type Packing =
  | {readonly state: 'idle'}
  | {readonly state: 'packing'; readonly done: number; readonly total: number}
  | {readonly state: 'packed'; readonly file: File; readonly url: string}
  | {readonly state: 'failed'; readonly message: string};

const IDLE: Packing = {state: 'idle'};

export function DownloadCard({progress}: {readonly progress: Progress}) {
  const packing = useSignal<Packing>(IDLE);
  // A packed zip is outdated as soon as the collection changes.
  const {value: photos} = collection.photos;
  const {value: names} = collection.classes;
  useEffect(() => () => discard(packing), [photos, names, packing]);
  const ready = progress.labelled + progress.nothingHere;
  const waiting = progress.toDo + progress.toCheck;
  return (
    <section class="card stack" aria-labelledby="download-title">
      <h2 id="download-title">Train on them</h2>
      <p>
        One zip holds the labelled photos and their boxes. On the computer,{' '}
        <code>make train DATA={zipName(new Date())}</code> takes it as it is.
      </p>
      {progress.labelled > 0 && waiting > 0 && (
        <p class="quiet small">
          {waiting === 1 ? '1 photo stays' : `${waiting} photos stay`} out of it: nobody said yet what is
          there.
        </p>
      )}
      {progress.labelled === 0 && <p class="quiet small">Draw a box on at least one photo first.</p>}
      <div class="row">
        <button
          type="button"
          class="button main"
          disabled={progress.labelled === 0 || packing.value.state === 'packing'}
          onClick={() => void pack(packing)}
        >
          <Icon name="download" />
          Download {ready === 1 ? '1 photo' : `${ready} photos`}
        </button>
        {packing.value.state === 'packed' && canShare(packing.value.file) && (
          <button type="button" class="button" onClick={() => void share(packing)}>
            <Icon name="share" />
            Share
          </button>
        )}
      </div>
      <div role="status">
        <Outcome packing={packing.value} />
      </div>
    </section>
  );
}

function Outcome({packing}: {readonly packing: Packing}) {
  switch (packing.state) {
    case 'idle':
      return null;
    case 'packing':
      return (
        <label class="stack">
          <span class="numbers">
            Packing {packing.done} of {packing.total}…
          </span>
          <progress value={packing.done} max={packing.total} />
        </label>
      );
    case 'packed':
      return (
        <p>
          Packed: <span class="numbers">{formatBytes(packing.file.size)}</span>. If the download did not
          start,{' '}
          <a href={packing.url} download={packing.file.name}>
            save {packing.file.name}
          </a>
          .
        </p>
      );
    case 'failed':
      return <p class="notice bad">{packing.message}</p>;
  }
}

async function pack(packing: Signal<Packing>): Promise<void> {
  discard(packing);
  const photos = collection.photos.value;
  packing.value = {state: 'packing', done: 0, total: photos.length};
  try {
    const created = new Date();
    const zip = await datasetZip(
      {photos, classes: collection.classes.value, picture: id => collection.picture(id)},
      created,
      (done, total) => (packing.value = {state: 'packing', done, total}),
    );
    const file = new File([zip], zipName(created), {type: zip.type});
    const url = URL.createObjectURL(file);
    packing.value = {state: 'packed', file, url};
    save(url, file.name);
  } catch (fault) {
    const message = fault instanceof ZipTooLarge ? fault.message : collectionProblem(fault).message;
    packing.value = {state: 'failed', message};
  }
}

function save(url: string, name: string): void {
  const link = document.createElement('a');
  link.href = url;
  link.download = name;
  link.click();
}

function discard(packing: Signal<Packing>): void {
  if (packing.value.state === 'packed') URL.revokeObjectURL(packing.value.url);
  packing.value = IDLE;
}

function canShare(file: File): boolean {
  // Browsers offer it only over HTTPS, and not all of them for zip files.
  return 'canShare' in navigator && navigator.canShare({files: [file]});
}

async function share(packing: Signal<Packing>): Promise<void> {
  if (packing.value.state !== 'packed') return;
  try {
    await navigator.share({files: [packing.value.file], title: packing.value.file.name});
  } catch (fault) {
    // The person cancelled sharing.
    if (fault instanceof DOMException && fault.name === 'AbortError') return;
    packing.value = {state: 'failed', message: 'The phone did not share the zip. Download it instead.'};
  }
}
