/** A still picture with what was found in it. */
import {useSignalEffect, type ReadonlySignal} from '@preact/signals';
import {useRef} from 'preact/hooks';

import {fitPhoto, type Size} from '../vision/overlay.ts';
import type {Labelled} from './answers.ts';
import {cleared, drawBoxes} from './draw.ts';
import {summary} from './summary.ts';
import {useSize} from './use-size.ts';

export interface PictureProps {
  readonly picture: ReadonlySignal<ImageBitmap | null>;
  /** Pixels of the photo, where there is no picture to show. */
  readonly photoSize: ReadonlySignal<Size | null>;
  readonly found: ReadonlySignal<readonly Labelled[]>;
  /** What the picture is, for those who do not see it. */
  readonly name: string;
  /** Whose answer it is, where two are beside each other. */
  readonly tag?: string | undefined;
  readonly mirrored: boolean;
}

export function Picture({picture, photoSize, found, name, tag, mirrored}: PictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSize(frame);
  useSignalEffect(() => {
    const size = picture.value ?? photoSize.value;
    if (!canvas.current || view.value.width === 0) return;
    const context = cleared(canvas.current, view.value);
    if (!context || !size) return;
    const photo = fitPhoto(size, view.value, 'contain');
    if (picture.value) drawPicture(context, picture.value, photo, mirrored);
    else context.strokeRect(photo.left, photo.top, photo.width, photo.height);
    drawBoxes(context, found.value, {photo, view: view.value, mirrored});
  });
  return (
    <div class="sight" ref={frame}>
      {tag && (
        <span class="side-tag" aria-hidden="true">
          {tag}
        </span>
      )}
      <canvas ref={canvas} role="img" aria-label={`${name}. ${summary(found.value)}`} />
    </div>
  );
}

function drawPicture(
  context: CanvasRenderingContext2D,
  picture: ImageBitmap,
  photo: {left: number; top: number; width: number; height: number},
  mirrored: boolean,
): void {
  context.save();
  context.imageSmoothingQuality = 'high';
  if (mirrored) {
    context.translate(2 * photo.left + photo.width, 0);
    context.scale(-1, 1);
  }
  context.drawImage(picture, photo.left, photo.top, photo.width, photo.height);
  context.restore();
}
