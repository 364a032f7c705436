/** The camera's present picture as a photo. */
import {encodeJpeg} from '../vision/photo.ts';

/** A JPEG as the network sees it: upright, and not mirrored even where the screen shows a mirror. */
export async function takePicture(video: HTMLVideoElement): Promise<Blob> {
  const frame = await createImageBitmap(video);
  try {
    return await encodeJpeg(frame, frame);
  } finally {
    frame.close();
  }
}
