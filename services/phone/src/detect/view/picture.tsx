/** Pictures with boxes drawn over them: a still picture, and the live camera. */
import {useSignal, useSignalEffect, type ReadonlySignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import type {LabelledDetection} from '../../vision/box.ts';
import {fitPhoto, type Size} from '../../vision/overlay.ts';
import {drawBoxes, prepareCanvas} from './draw-boxes.ts';
import {summary} from './result-text.tsx';

export interface PictureProps {
  readonly picture: ReadonlySignal<ImageBitmap | null>;
  /** Size of the photo in pixels, used when there is no picture to show. */
  readonly photoSize: ReadonlySignal<Size | null>;
  readonly found: ReadonlySignal<readonly LabelledDetection[]>;
  /** Accessible name of the picture. */
  readonly name: string;
  /** Which side the result is from, when two are shown side by side. */
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
    const context = prepareCanvas(canvas.current, view.value);
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

const NO_PICTURE = {videoWidth: 0, videoHeight: 0};

export interface LivePictureProps {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly found: ReadonlySignal<readonly LabelledDetection[]>;
  readonly mirrored: boolean;
  /** Hidden while two still pictures are shown instead; the camera keeps running. */
  readonly hidden: boolean;
}

export function LivePicture({video, found, mirrored, hidden}: LivePictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSize(frame);
  useSignalEffect(() => {
    if (!canvas.current || view.value.width === 0) return;
    const context = prepareCanvas(canvas.current, view.value);
    const {videoWidth: width, videoHeight: height} = video.current ?? NO_PICTURE;
    if (!context || width === 0) return;
    // The frame size changes when the phone is rotated, so it is read each time.
    const photo = fitPhoto({width, height}, view.value, 'cover');
    drawBoxes(context, found.value, {photo, view: view.value, mirrored});
  });
  return (
    <div class={`sight moving${hidden ? ' aside' : ''}`} ref={frame}>
      <video ref={video} class={mirrored ? 'mirrored' : ''} autoplay muted playsInline aria-label="Camera" />
      <canvas ref={canvas} aria-hidden="true" />
    </div>
  );
}

/** The size of an element as it changes. */
function useSize(element: RefObject<HTMLElement | null>): ReadonlySignal<Size> {
  const size = useSignal<Size>({width: 0, height: 0});
  useEffect(() => {
    const observed = element.current;
    if (!observed) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) size.value = {width: entry.contentRect.width, height: entry.contentRect.height};
    });
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element, size]);
  return size;
}
