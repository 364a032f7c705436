/** Buttons to choose a photo, open the camera, take a photo and switch cameras. */
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {canUseCamera, hasTwoCameras} from '../../camera/camera.ts';
import {isCameraOpen, switchCamera} from '../session/settings.ts';

const ACCEPTED = 'image/*,.heic,.heif';

interface ChoosePhotoProps {
  readonly words: string;
  readonly onPhoto: (photo: File) => void;
}

export function ChoosePhoto({words, onPhoto}: ChoosePhotoProps) {
  return (
    <label class="button choose">
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M5 5h14a1 1 0 0 1 1 1v12a1 1 0 0 1-1 1H5a1 1 0 0 1-1-1V6a1 1 0 0 1 1-1ZM4 16l5-5 4 4 3-3 4 4M15 9h.01" />
      </svg>
      {words}
      <PhotoField onPhoto={onPhoto} />
    </label>
  );
}

/** A file input that covers its label; `capture` opens the phone's camera app. */
function PhotoField({onPhoto, capture}: {onPhoto: (photo: File) => void; capture?: boolean}) {
  const choose = (event: Event & {currentTarget: HTMLInputElement}) => {
    const field = event.currentTarget;
    const photo = field.files?.[0];
    field.value = ''; // so that the same photo can be chosen again
    if (photo) onPhoto(photo);
  };
  return (
    <input type="file" accept={ACCEPTED} capture={capture ? 'environment' : undefined} onChange={choose} />
  );
}

interface UseCameraProps {
  readonly words: string;
  readonly main?: boolean;
  readonly onUse: () => void;
  /** Called with a photo from the phone's camera app, where the page cannot use the camera. */
  readonly onPhoto: (photo: File) => void;
}

export function UseCamera({words, main, onUse, onPhoto}: UseCameraProps) {
  const look = `button${main ? ' main' : ''}`;
  const icon = (
    <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
      <path d="M4 8h3l2-3h6l2 3h3a1 1 0 0 1 1 1v10a1 1 0 0 1-1 1H4a1 1 0 0 1-1-1V9a1 1 0 0 1 1-1ZM12 10.5a3.5 3.5 0 1 0 0 7 3.5 3.5 0 0 0 0-7Z" />
    </svg>
  );
  if (canUseCamera()) {
    return (
      <button class={look} onClick={onUse}>
        {icon}
        {words}
      </button>
    );
  }
  return (
    <label class={`${look} choose`}>
      {icon}
      Take a photo
      <PhotoField onPhoto={onPhoto} capture />
    </label>
  );
}

export function Shutter({onTake}: {onTake: () => void}) {
  return (
    <button class="take" aria-label="Take this picture" disabled={!isCameraOpen.value} onClick={onTake} />
  );
}

export function SwitchCamera() {
  const isOffered = useSignal(false);
  const isOpen = isCameraOpen.value;
  useEffect(() => {
    if (isOpen) void hasTwoCameras().then(two => (isOffered.value = two));
  }, [isOpen, isOffered]);
  if (!isOffered.value) return null;
  return (
    <button class="button round" aria-label="Turn to the other camera" onClick={switchCamera}>
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d="M4 12a8 8 0 0 1 14-5l2 2M20 4v5h-5M20 12a8 8 0 0 1-14 5l-2-2M4 20v-5h5" />
      </svg>
    </button>
  );
}
