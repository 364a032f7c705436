/** The camera's moving picture, filling its frame, with boxes drawn over it. */
import {useSignalEffect, type ReadonlySignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useRef} from 'preact/hooks';

import {fitPhoto} from '../vision/overlay.ts';
import type {Labelled} from './answers.ts';
import {cleared, drawBoxes} from './draw.ts';
import {useSize} from './use-size.ts';

const NO_PICTURE = {videoWidth: 0, videoHeight: 0};

export interface MovingPictureProps {
  readonly video: RefObject<HTMLVideoElement | null>;
  readonly found: ReadonlySignal<readonly Labelled[]>;
  readonly mirrored: boolean;
  /** Two still pictures are shown instead; the camera goes on. */
  readonly hidden: boolean;
}

export function MovingPicture({video, found, mirrored, hidden}: MovingPictureProps) {
  const frame = useRef<HTMLDivElement>(null);
  const canvas = useRef<HTMLCanvasElement>(null);
  const view = useSize(frame);
  useSignalEffect(() => {
    if (!canvas.current || view.value.width === 0) return;
    const context = cleared(canvas.current, view.value);
    const {videoWidth: width, videoHeight: height} = video.current ?? NO_PICTURE;
    if (!context || width === 0) return;
    // A turned phone gives frames of the other shape: asked for each time.
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
