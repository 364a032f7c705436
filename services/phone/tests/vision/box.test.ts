import {expect, test} from 'vitest';

import {intersectionOverUnion} from '../../src/vision/box.ts';
import {golden} from '../golden.ts';
import {box, DECIMALS, type Edges} from '../metrics/golden-cases.ts';

test('overlaps are those of Python: apart, touching, nested and flat boxes too', () => {
  const {a, b, overlap} = golden('intersection_over_union') as {a: Edges[]; b: Edges[]; overlap: number[][]};
  expect(overlap.flat().length).toBeGreaterThan(100);
  a.forEach((ours, row) =>
    b.forEach((theirs, column) =>
      expect(intersectionOverUnion(box(ours), box(theirs))).toBeCloseTo(
        overlap[row]?.[column] ?? NaN,
        DECIMALS,
      ),
    ),
  );
});
