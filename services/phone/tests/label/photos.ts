/** Small photos and boxes for tests. */
import type {PreparedPhoto} from '../../src/label/collection/photo-database.ts';
import type {GroundTruth} from '../../src/vision/box.ts';

/** Bytes stand in for pixels where nobody decodes them. */
export function photo(source: string): PreparedPhoto {
  const bytes = new TextEncoder().encode(`picture ${source}`);
  return {width: 400, height: 200, source, picture: bytes, thumbnail: bytes.slice(0, 4)};
}

export function truth(classId: number): GroundTruth {
  return {classId, box: {ymin: 0.25, xmin: 0.5, ymax: 0.75, xmax: 1}};
}
