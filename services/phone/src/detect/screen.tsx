/** The Detect screen: with the live camera or in a photo, on this phone, on the server, or on both. */
import './detect.css';

import {useSignal} from '@preact/signals';
import {useCallback, useEffect, useMemo, useRef} from 'preact/hooks';

import {isCameraAllowed} from '../camera/camera.ts';
import {ModelPanel} from '../model/model-panel.tsx';
import {phoneModel, unsupportedReason} from '../model/shared-model.ts';
import {formatList} from '../ui/format.ts';
import {encodeJpeg} from '../vision/photo.ts';
import {ModeChoice, PrivacyLine, ThresholdSlider} from './controls/settings-controls.tsx';
import {ChoosePhoto, Shutter, SwitchCamera, UseCamera} from './controls/source-buttons.tsx';
import {PhotoSession} from './session/photo-session.ts';
import {fetchServedManifest, shownManifest, usesPhone} from './session/settings.ts';
import {CameraView} from './view/camera-view.tsx';
import {PhotoView} from './view/photo-view.tsx';

type Source = 'none' | 'camera' | 'photo';

export function DetectScreen() {
  const source = useSignal<Source>('none');
  const session = useMemo(() => new PhotoSession(), []);
  const video = useRef<HTMLVideoElement | null>(null);
  const onVideo = useCallback((element: HTMLVideoElement | null) => (video.current = element), []);

  useEffect(() => {
    void isCameraAllowed().then(allowed => {
      if (allowed && source.value === 'none') source.value = 'camera';
    });
    return () => session.close();
  }, [session, source]);
  const onPhone = usesPhone.value;
  useEffect(() => {
    if (onPhone) void phoneModel.start();
    else void fetchServedManifest();
  }, [onPhone]);

  const openPhoto = (photo: Blob) => {
    source.value = 'photo';
    void session.open(photo);
  };
  const useCamera = () => {
    session.close();
    source.value = 'camera';
  };
  const take = () => {
    // A camera that has just started may have no frame yet: then nothing is taken, and the next press works.
    if (video.current) takePicture(video.current).then(openPhoto, () => undefined);
  };

  return (
    <div class="detect">
      <h1 class="unseen">Detect</h1>
      <div class="where">
        <ModeChoice />
        <PrivacyLine />
      </div>
      <div class="viewer">
        {source.value === 'none' && <Welcome onPhoto={openPhoto} onCamera={useCamera} />}
        {source.value === 'camera' && <CameraView onVideo={onVideo} />}
        {source.value === 'photo' && <PhotoView session={session} />}
      </div>
      {source.value !== 'none' && (
        <div class="sources">
          <ChoosePhoto words="Photo" onPhoto={openPhoto} />
          {source.value === 'camera' ? (
            <Shutter onTake={take} />
          ) : (
            <UseCamera words="Camera" onUse={useCamera} onPhoto={openPhoto} />
          )}
          {source.value === 'camera' && <SwitchCamera />}
        </div>
      )}
      <div class="below">
        <ThresholdSlider />
        {unsupportedReason() === null && usesPhone.value && <ModelPanel />}
      </div>
    </div>
  );
}

function Welcome({onPhoto, onCamera}: {onPhoto: (photo: File) => void; onCamera: () => void}) {
  const labels = shownManifest.value?.labels;
  return (
    <div class="welcome">
      <p class="question">What is in the picture?</p>
      <p>
        Point the camera at your things, or choose a photo. Boxes show what is where.
        {labels !== undefined && ` This version finds ${formatList(labels)}.`}
      </p>
      <UseCamera main words="Use the camera" onUse={onCamera} onPhoto={onPhoto} />
      <ChoosePhoto words="Choose a photo" onPhoto={onPhoto} />
    </div>
  );
}

/** The current frame as a JPEG: upright, and never mirrored, unlike the view of a front camera. */
async function takePicture(video: HTMLVideoElement): Promise<Blob> {
  const frame = await createImageBitmap(video);
  try {
    return await encodeJpeg(frame, frame);
  } finally {
    frame.close();
  }
}
