/** The live camera: the moving picture, or in mode Both the same frame twice, with the results of each side. */
import {useComputed} from '@preact/signals';
import {useEffect, useMemo, useRef} from 'preact/hooks';

import {START_CAMERA} from '../../camera/managed-camera.ts';
import {useCamera} from '../../camera/use-camera.ts';
import {backendName} from '../../model/backends.ts';
import {phoneModel} from '../../model/shared-model.ts';
import {Problem} from '../../ui/problem.tsx';
import {firstProblem, LiveSession} from '../session/live-session.ts';
import {answerOf, type Result} from '../session/result.ts';
import {aboveThreshold, facing, isCameraOpen, mode, usesPhone, usesServer} from '../session/settings.ts';
import {LivePicture, Picture} from './picture.tsx';
import {Caption, SpokenSummary} from './result-text.tsx';

/** `onVideo` receives the element that shows the camera, for taking photos from it. */
export function CameraView({onVideo}: {onVideo: (video: HTMLVideoElement | null) => void}) {
  const video = useRef<HTMLVideoElement>(null);
  const session = useMemo(() => new LiveSession(), []);
  const {camera, problem, restart} = useCamera(facing.value, video);

  const shownMode = mode.value;
  useEffect(() => {
    const element = video.current;
    if (!camera || !element) return;
    const stop = new AbortController();
    isCameraOpen.value = true;
    onVideo(element);
    void session.run(element, stop.signal);
    return () => {
      stop.abort();
      isCameraOpen.value = false;
      onVideo(null);
    };
    // A change of mode restarts the session.
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
  const model = phoneModel.state.value;
  const backend = model.state === 'ready' ? backendName(model.runner.backend.value) : undefined;

  if (problem !== null) return <Problem message={problem} retry={START_CAMERA} onRetry={restart} />;
  const message = firstProblem(session.onPhone.value, session.onServer.value);
  return (
    <>
      <LivePicture video={video} found={single} mirrored={mirrored} hidden={isBoth} />
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
        {session.frameRate.value !== null && (
          <p class="caption numbers quiet" data-frames-per-second={session.frameRate.value.toFixed(2)}>
            {session.frameRate.value.toFixed(session.frameRate.value < 10 ? 1 : 0)} frames a second
          </p>
        )}
      </div>
      {message !== null && (
        <Problem message={message} {...(session.keyIsMissing.value && {onRetry: () => session.retry()})} />
      )}
      <SpokenSummary found={single} />
    </>
  );
}
