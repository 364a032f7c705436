/** The two ways to photos: the camera and the phone's library. */
import {useSignal} from '@preact/signals';

import {canUseCamera} from '../../camera/camera.ts';
import {Icon} from '../../ui/icons.tsx';
import {shelf} from '../collection/shelf.ts';
import {adding, addPhotos, summary, type Added} from './add.ts';
import {CameraDialog} from './camera-dialog.tsx';

interface AddButtonsProps {
  /** More photos are what is needed most now. */
  readonly isMain: boolean;
  /** Called when all is in, with what came in. */
  readonly onAdded: (added: Added) => void;
}

export function AddButtons({isMain, onAdded}: AddButtonsProps) {
  const shooting = useSignal(false);
  const told = useSignal<readonly string[]>([]);
  const failed = useSignal(false);
  const take = async (event: Event) => {
    const input = event.currentTarget as HTMLInputElement;
    const files = [...(input.files ?? [])];
    input.value = ''; // the same photo may be chosen again
    if (files.length === 0) return;
    const result = await addPhotos(shelf, files);
    told.value = summary(result);
    failed.value = result.stopped !== null || result.unreadable.length > 0;
    onAdded(result);
  };
  const progress = adding.value;
  return (
    <div class="stack">
      <div class="row add-buttons">
        {canUseCamera() ? (
          <button type="button" class="button" onClick={() => (shooting.value = true)}>
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
        {told.value.length > 0 && !progress && (
          <div class={`notice${failed.value ? ' bad' : ''}`}>
            {told.value.map(sentence => (
              <p key={sentence}>{sentence}</p>
            ))}
          </div>
        )}
      </div>
      {shooting.value && <CameraDialog onClose={() => (shooting.value = false)} />}
    </div>
  );
}
