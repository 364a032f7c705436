import {afterEach, expect, test, vi} from 'vitest';

import {isHeic, openPhoto, PhotoProblem} from '../../src/vision/photo.ts';

afterEach(() => void vi.unstubAllGlobals());

test('browsers that do not know the newer name for turning photos open them too', async () => {
  const picture = {width: 4, height: 3};
  vi.stubGlobal('createImageBitmap', (_photo: Blob, {imageOrientation = 'none'}: ImageBitmapOptions) =>
    ['none', 'flipY'].includes(imageOrientation) ? Promise.resolve(picture) : Promise.reject(new TypeError()),
  );
  expect(await openPhoto(new Blob(['photo']))).toBe(picture);
});

test('a file that went away since it was chosen is a photo that cannot be opened', async () => {
  vi.stubGlobal('createImageBitmap', () => Promise.reject(new DOMException('', 'InvalidStateError')));
  const gone = {slice: () => ({arrayBuffer: () => Promise.reject(new DOMException('', 'NotReadableError'))})};
  expect(await isHeic(gone as unknown as Blob)).toBe(false);
  await expect(openPhoto(gone as unknown as Blob)).rejects.toThrow(PhotoProblem);
});
