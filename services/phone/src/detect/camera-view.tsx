/** The live camera: one moving picture, or two stills of the same frame when both sides answer. */
import {useComputed} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';

import {START_CAMERA} from '../camera/managed-camera.ts';
import {useCamera} from '../camera/use-camera.ts';
import {backendName} from '../model/backend-name.ts';
import {phoneModel} from '../model/on-phone.ts';
import {Problem} from '../ui/problem.tsx';
import {cameraIsOpen, facing} from './camera-choice.ts';
import {Caption} from './caption.tsx';
import {LiveSession, problemOf} from './live-session.ts';
import {mode, usesPhone, usesServer} from './modes.ts';
import {MovingPicture} from './moving-picture.tsx';
import {Picture} from './picture.tsx';
import {answerOf, type Result} from './result.ts';
import {SpokenSummary} from './spoken-summary.tsx';
import {aboveThreshold} from './threshold.ts';

/** `onVideo` hears which element shows the camera, for taking photos from it. */
export function CameraView({onVideo}: {onVideo: (video: HTMLVideoElement | null) => void}) {
  const video = useRef<HTMLVideoElement>(null);
  const session = useMemo(() => new LiveSession(), []);
  const {camera, problem, restart} = useCamera(facing.value, video);

  const shownMode = mode.value;
  useEffect(() => {
    const element = video.current;
    if (!camera || !element) return;
    const stop = new AbortController();
    cameraIsOpen.value = true;
    onVideo(element);
    void session.run(element, stop.signal);
    return () => {
      stop.abort();
      cameraIsOpen.value = false;
      onVideo(null);
    };
    // Another mode starts anew: its answers are of another kind.
  }, [camera, shownMode, session, onVideo]);

  const mirrored = camera?.mirrored ?? false;
  const found = (result: Result) => aboveThreshold(answerOf(result)?.detections ?? []);
  const onPhone = useComputed(() => found(session.onPhone.value));
  const onServer = useComputed(() => found(session.onServer.value));
  const single = useComputed(() => (usesPhone.value ? onPhone.value : onServer.value));
  const photoSize = useComputed(() => null);
  const frame = session.frame.value;
  const isUpright = frame !== null && frame.height > frame.width;
  const isBoth = mode.value === 'both';
  const backend = phoneModel.state.value.state === 'ready' ? backendName(phoneModel.state.value) : undefined;

  if (problem !== null) return <Problem message={problem} retry={START_CAMERA} onRetry={restart} />;
  const trouble = problemOf(session.onPhone.value, session.onServer.value);
  return (
    <>
      <MovingPicture video={video} found={single} mirrored={mirrored} hidden={isBoth} />
      {isBoth && (
        <div class={`two ${isUpright ? 'upright' : ''}`}>
          <Picture
            name="The phone's answer"
            tag="Phone"
            picture={session.frame}
            photoSize={photoSize}
            found={onPhone}
            mirrored={mirrored}
          />
          <Picture
            name="The server's answer"
            tag="Server"
            picture={session.frame}
            photoSize={photoSize}
            found={onServer}
            mirrored={mirrored}
          />
        </div>
      )}
      <div class="captions">
        {usesPhone.value && <Caption side="phone" result={session.onPhone.value} backend={backend} />}
        {usesServer.value && <Caption side="server" result={session.onServer.value} />}
        {session.pace.value !== null && (
          <p class="caption numbers quiet" data-frames-per-second={session.pace.value.toFixed(2)}>
            {session.pace.value.toFixed(session.pace.value < 10 ? 1 : 0)} frames a second
          </p>
        )}
      </div>
      {trouble !== null && (
        <Problem message={trouble} {...(session.keyIsMissing.value && {onRetry: () => session.retry()})} />
      )}
      <SpokenSummary found={single} />
    </>
  );
}
