/** A hook that loads a photo's JPEG file as an object URL. */
import {useSignal, type ReadonlySignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {collection} from '../collection/collection.ts';
import {collectionProblem} from '../collection/photo-database.ts';

interface Picture {
  /** Null until it is loaded. */
  readonly url: string | null;
  readonly problem: string | null;
}

const READING: Picture = {url: null, problem: null};

export function usePicture(id: number): ReadonlySignal<Picture> {
  const picture = useSignal(READING);
  useEffect(() => {
    let url: string | null = null;
    let isShown = true;
    const read = async () => {
      const bytes = await collection.picture(id);
      if (!isShown) return;
      if (!bytes) throw new Error('gone');
      url = URL.createObjectURL(new Blob([bytes], {type: 'image/jpeg'}));
      picture.value = {url, problem: null};
    };
    read().catch((fault: unknown) => {
      picture.value = {url: null, problem: sentence(fault)};
    });
    return () => {
      isShown = false;
      if (url !== null) URL.revokeObjectURL(url);
      picture.value = READING;
    };
  }, [id, picture]);
  return picture;
}

function sentence(fault: unknown): string {
  if (fault instanceof Error && fault.message === 'gone') {
    return 'This photo is not there any more: it was deleted, perhaps in another tab.';
  }
  return collectionProblem(fault).message;
}
