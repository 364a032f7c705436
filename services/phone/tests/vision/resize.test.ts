import {describe, expect, test} from 'vitest';

import {resizeToRgb} from '../../src/vision/resize.ts';
import {golden} from '../golden.ts';

interface Case {
  width: number;
  height: number;
  out_width: number;
  out_height: number;
  rgb: number[];
  resized: number[];
}

function opaque(rgb: readonly number[]): Uint8Array {
  return Uint8Array.from({length: (rgb.length / 3) * 4}, (_, i) =>
    i % 4 === 3 ? 255 : rgb[(i >> 2) * 3 + (i % 4)]!,
  );
}

describe('resizing', () => {
  const {cases} = golden('resize') as {cases: Case[]};

  test.each(cases)(
    'gives the very bytes that Pillow gives: $width×$height to $out_width×$out_height',
    ({width, height, out_width, out_height, rgb, resized}) => {
      expect([...resizeToRgb(opaque(rgb), width, height, out_width, out_height)]).toEqual(resized);
    },
  );
});
