/** Buttons to add photos from the camera and from the phone's library. */
import {useSignal} from '@preact/signals';

import {canUseCamera} from '../../camera/camera.ts';
import {Icon} from '../../ui/icons.tsx';
import {collection} from '../collection/collection.ts';
import {adding, addPhotos, summary, type Added} from './add-photos.ts';
import {CameraDialog} from './camera-dialog.tsx';

interface AddButtonsProps {
  /** Whether adding photos is the primary action now. */
  readonly isMain: boolean;
  /** Called when all files are processed. */
  readonly onAdded: (added: Added) => void;
}

export function AddButtons({isMain, onAdded}: AddButtonsProps) {
  const isCameraShown = useSignal(false);
  const messages = useSignal<readonly string[]>([]);
  const failed = useSignal(false);
  const take = async (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = ''; // the same photo may be chosen again
    if (files.length === 0) return;
    const result = await addPhotos(collection, files);
    messages.value = summary(result);
    failed.value = result.stopped !== null || result.unreadable.length > 0;
    onAdded(result);
  };
  const progress = adding.value;
  return (
    <div class="stack">
      <div class="row add-buttons">
        {canUseCamera() ? (
          <button type="button" class="button" onClick={() => (isCameraShown.value = true)}>
            <Icon name="camera" />
            Take photos
          </button>
        ) : (
          <label class="button">
            <Icon name="camera" />
            Take a photo
            <input class="unseen" type="file" accept="image/*" capture="environment" onChange={take} />
          </label>
        )}
        <label class={`button${isMain ? ' main' : ''}`}>
          <Icon name="photos" />
          Choose photos
          <input class="unseen" type="file" accept="image/*" multiple onChange={take} />
        </label>
      </div>
      {progress && (
        <label class="stack">
          <span class="numbers">
            Adding photo {progress.done + 1} of {progress.total}…
          </span>
          <progress value={progress.done} max={progress.total} />
        </label>
      )}
      <div role="status">
        {messages.value.length > 0 && !progress && (
          <div class={`notice${failed.value ? ' bad' : ''}`}>
            {messages.value.map(sentence => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        )}
      </div>
      {isCameraShown.value && <CameraDialog onClose={() => (isCameraShown.value = false)} />}
    </div>
  );
}
