/** Converts the collection to COCO JSON, as read by the training job (jobs/train/data/readers/coco.py). */
import type {Box} from '../../vision/box.ts';
import type {Size} from '../../vision/overlay.ts';
import {isUsable, withoutRemovedClasses} from '../boxes/labelling.ts';
import type {PhotoRecord} from '../collection/photo-database.ts';

export interface CocoDocument {
  readonly info: {readonly description: string; readonly date_created: string};
  readonly images: readonly {
    readonly id: number;
    readonly file_name: string;
    readonly width: number;
    readonly height: number;
  }[];
  readonly annotations: readonly {
    readonly id: number;
    readonly image_id: number;
    readonly category_id: number;
    /** x, y, width, height in pixels of the photo in the zip. */
    readonly bbox: readonly [number, number, number, number];
    readonly area: number;
    readonly iscrowd: 0;
  }[];
  readonly categories: readonly {readonly id: number; readonly name: string}[];
}

/** The photos to export: those labelled by a person or marked as having no objects. */
export function selectForExport(
  photos: readonly PhotoRecord[],
  names: readonly string[],
): readonly PhotoRecord[] {
  return photos
    .map(photo => ({...photo, labelling: withoutRemovedClasses(photo.labelling, names.length)}))
    .filter(({labelling}) => isUsable(labelling));
}

/** The path of a photo in the zip. */
export function photoPath({id}: PhotoRecord): string {
  return `photos/${String(id).padStart(5, '0')}.jpg`;
}

/**
 * All exported photos with their boxes; a photo without boxes is a negative example.
 *
 * Classes without boxes are left out, as training rejects them.
 */
export function makeCocoDocument(
  photos: readonly PhotoRecord[],
  names: readonly string[],
  created: Date,
): CocoDocument {
  const chosen = selectForExport(photos, names);
  const used = new Set(chosen.flatMap(({labelling}) => labelling.boxes.map(({classId}) => classId)));
  const boxes = chosen.flatMap(photo => photo.labelling.boxes.map(truth => ({photo, truth})));
  return {
    info: {description: 'Labelled with Pocket Detector', date_created: created.toISOString()},
    images: chosen.map(photo => ({
      id: photo.id,
      file_name: photoPath(photo),
      width: photo.width,
      height: photo.height,
    })),
    annotations: boxes.map(({photo, truth}, index) => {
      const bbox = toCocoBox(truth.box, photo);
      return {
        id: index + 1,
        image_id: photo.id,
        category_id: truth.classId + 1,
        bbox,
        area: rounded(bbox[2] * bbox[3]),
        iscrowd: 0,
      };
    }),
    categories: names.flatMap((name, classId) => (used.has(classId) ? [{id: classId + 1, name}] : [])),
  };
}

/** x, y, width, height in pixels. */
export function toCocoBox(
  {ymin, xmin, ymax, xmax}: Box,
  {width, height}: Size,
): [number, number, number, number] {
  return [xmin * width, ymin * height, (xmax - xmin) * width, (ymax - ymin) * height].map(rounded) as [
    number,
    number,
    number,
    number,
  ];
}

/** A thousandth of a pixel is precise enough. */
const rounded = (value: number) => Math.round(value * 1000) / 1000;
