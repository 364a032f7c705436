/** Thumbnails of all photos, with their boxes. */
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {markColour} from '../../ui/class-colour.ts';
import {Icon} from '../../ui/icons.tsx';
import {statusOf, type Status} from '../boxes/labelling.ts';
import {collection} from '../collection/collection.ts';
import type {PhotoRecord} from '../collection/photo-database.ts';

const WORDS: Record<Status, string> = {
  'to-do': 'to do',
  'to-check': 'to check',
  labelled: 'labelled',
  'nothing-here': 'nothing here',
};

export function Thumbnails({photos}: {readonly photos: readonly PhotoRecord[]}) {
  return (
    <ul class="thumbnails" aria-label="Photos">
      {photos.map((record, index) => (
        <li key={record.id}>
          <Thumbnail record={record} place={index + 1} />
        </li>
      ))}
    </ul>
  );
}

function Thumbnail({record, place}: {readonly record: PhotoRecord; readonly place: number}) {
  const {id, width, height, labelling} = record;
  const url = useThumbnail(id);
  const status = statusOf(labelling);
  const boxes = labelling.boxes.length;
  const count = boxes === 0 ? '' : `, ${boxes === 1 ? '1 box' : `${boxes} boxes`}`;
  return (
    <a
      class={`thumbnail ${status}`}
      href={`#/label/${id}`}
      aria-label={`Photo ${place}: ${WORDS[status]}${count}`}
    >
      {url !== null && <img src={url} alt="" />}
      <svg viewBox={`0 0 ${width} ${height}`} preserveAspectRatio="xMidYMid slice" aria-hidden="true">
        {labelling.boxes.map(({classId, box}, index) => (
          <rect
            key={index}
            x={box.xmin * width}
            y={box.ymin * height}
            width={(box.xmax - box.xmin) * width}
            height={(box.ymax - box.ymin) * height}
            style={{stroke: markColour(classId)}}
          />
        ))}
      </svg>
      <Badge status={status} boxes={boxes} />
    </a>
  );
}

function Badge({status, boxes}: {readonly status: Status; readonly boxes: number}) {
  switch (status) {
    case 'labelled':
      return <span class="badge numbers">{boxes}</span>;
    case 'nothing-here':
      return (
        <span class="badge">
          <Icon name="nothing" />
        </span>
      );
    case 'to-check':
      return <span class="badge wanting">check</span>;
    case 'to-do':
      return <span class="badge wanting">to do</span>;
  }
}

function useThumbnail(id: number): string | null {
  const url = useSignal<string | null>(null);
  useEffect(() => {
    let made: string | null = null;
    let isShown = true;
    // Without a thumbnail the photo can still be opened, and the editor then shows what is wrong.
    void collection.thumbnail(id).then(
      bytes => {
        if (!isShown || !bytes) return;
        made = URL.createObjectURL(new Blob([bytes], {type: 'image/jpeg'}));
        url.value = made;
      },
      () => undefined,
    );
    return () => {
      isShown = false;
      if (made !== null) URL.revokeObjectURL(made);
    };
  }, [id, url]);
  return url.value;
}
