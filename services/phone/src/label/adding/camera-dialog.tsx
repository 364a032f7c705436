/** A full-screen camera: each press adds a photo to the collection. */
import {useSignal} from '@preact/signals';
import {useEffect, useRef} from 'preact/hooks';

import {START_CAMERA} from '../../camera/managed-camera.ts';
import {useCamera} from '../../camera/use-camera.ts';
import {ToolButton} from '../../ui/icons.tsx';
import {Problem} from '../../ui/problem.tsx';
import {collection, requestPersistence} from '../collection/collection.ts';
import {collectionProblem} from '../collection/photo-database.ts';
import {preparePicture} from '../collection/prepare-photo.ts';

export function CameraDialog({onClose}: {readonly onClose: () => void}) {
  const dialog = useRef<HTMLDialogElement>(null);
  const video = useRef<HTMLVideoElement>(null);
  const isReady = useSignal(false);
  const isBusy = useSignal(false);
  const taken = useSignal(0);
  const problem = useSignal<string | null>(null);
  useEffect(() => dialog.current?.showModal(), []);
  const {camera, problem: noPicture, restart} = useCamera('environment', video);
  const canTake = camera !== null && isReady.value && !isBusy.value;
  const shoot = async () => {
    if (!video.current || !canTake) return;
    isBusy.value = true;
    try {
      await collection.add(await fromVideo(video.current));
      taken.value += 1;
      if (taken.value === 1) void requestPersistence(); // not awaited: some browsers prompt the person
    } catch (fault) {
      problem.value = collectionProblem(fault).message;
    } finally {
      isBusy.value = false;
    }
  };
  return (
    <dialog class="editor camera" ref={dialog} aria-label="Take photos" onCancel={onClose}>
      <header class="editor-top">
        <ToolButton icon="close" label="Close the camera" onPress={onClose} />
        <p class="title numbers" role="status">
          {taken.value === 0
            ? 'Take photos'
            : taken.value === 1
              ? '1 photo taken'
              : `${taken.value} photos taken`}
        </p>
      </header>
      {problem.value !== null && (
        <p class="notice bad" role="alert">
          {problem.value}
        </p>
      )}
      {noPicture !== null && <Problem message={noPicture} retry={START_CAMERA} onRetry={restart} />}
      <video
        class="camera-picture"
        ref={video}
        autoplay
        muted
        playsInline
        onEmptied={() => (isReady.value = false)}
        onLoadedData={() => (isReady.value = true)}
        aria-label="What the camera sees"
      />
      <div class="shutter-row">
        <button
          type="button"
          class="shutter"
          aria-label="Take the photo"
          aria-disabled={!canTake}
          onClick={shoot}
        />
      </div>
    </dialog>
  );
}

async function fromVideo(video: HTMLVideoElement) {
  const picture = await createImageBitmap(video);
  try {
    return await preparePicture(picture);
  } finally {
    picture.close();
  }
}
