import {afterEach, expect, test, vi} from 'vitest';

import {openPhoto} from '../../src/vision/photo.ts';

afterEach(() => void vi.unstubAllGlobals());

test('browsers that do not know the newer name for turning photos open them too', async () => {
  const picture = {width: 4, height: 3};
  vi.stubGlobal('createImageBitmap', (_photo: Blob, {imageOrientation = 'none'}: ImageBitmapOptions) =>
    ['none', 'flipY'].includes(imageOrientation) ? Promise.resolve(picture) : Promise.reject(new TypeError()),
  );
  expect(await openPhoto(new Blob(['photo']))).toBe(picture);
});
