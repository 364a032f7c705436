/** One photo with the results of the phone, of the server, or of both side by side. */
import {useComputed, useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {disagreements} from '../../metrics/agreement.ts';
import {backendName} from '../../model/backends.ts';
import {phoneModel, unsupportedReason} from '../../model/shared-model.ts';
import {errorMessage} from '../../ui/format.ts';
import {Problem} from '../../ui/problem.tsx';
import type {PhotoSession} from '../session/photo-session.ts';
import {answerOf, type Answer} from '../session/result.ts';
import {
  aboveThreshold,
  chooseMode,
  mode,
  shownManifest,
  threshold,
  usesPhone,
  usesServer,
} from '../session/settings.ts';
import {Picture} from './picture.tsx';
import {Caption, DetectionList, type Side} from './result-text.tsx';

export function PhotoView({session}: {session: PhotoSession}) {
  const [shownMode, shownThreshold] = [mode.value, threshold.value];
  useEffect(() => void session.onSettingsChanged(), [session, shownMode, shownThreshold]);
  const both = mode.value === 'both';
  return (
    <>
      <div class={both ? `two ${isUpright(session) ? 'upright' : ''}` : 'one'}>
        {usesPhone.value && <SideResult side="phone" session={session} />}
        {usesServer.value && <SideResult side="server" session={session} />}
      </div>
      {both && <Comparison session={session} />}
      <ReportWrongButton session={session} />
    </>
  );
}

/** Square photos count as upright. */
function isUpright(session: PhotoSession): boolean {
  const size = session.photo.value?.picture ?? answerOf(session.onServer.value)?.image;
  return size !== undefined && size.height >= size.width;
}

function SideResult({side, session}: {side: Side; session: PhotoSession}) {
  const result = side === 'phone' ? session.onPhone : session.onServer;
  const picture = useComputed(() => session.photo.value?.picture ?? null);
  const photoSize = useComputed(() => answerOf(result.value)?.image ?? null);
  const found = useComputed(() => aboveThreshold(answerOf(result.value)?.detections ?? []));
  const model = phoneModel.state.value;
  const tag = side === 'phone' ? 'Phone' : 'Server';
  const name = side === 'phone' ? "The phone's answer" : "The server's answer";
  return (
    <section class="answered" aria-label={name}>
      <Picture
        name={name}
        picture={picture}
        photoSize={photoSize}
        found={found}
        tag={mode.value === 'both' ? tag : undefined}
        mirrored={false}
      />
      <Caption
        side={side}
        result={result.value}
        backend={model.state === 'ready' ? backendName(model.runner.backend.value) : undefined}
      />
      {result.value.state === 'failed' && (
        <Problem message={result.value.message} onRetry={() => void session.retry()}>
          {side === 'phone' && mode.value === 'phone' && (
            <button class="button" onClick={() => chooseMode('server')}>
              Detect on the server
            </button>
          )}
          {side === 'server' && mode.value === 'server' && unsupportedReason() === null && (
            <button class="button" onClick={() => chooseMode('phone')}>
              Detect on this phone
            </button>
          )}
        </Problem>
      )}
      <div aria-live="polite">
        {result.value.state === 'done' && <DetectionList found={found.value} label={name} />}
      </div>
    </section>
  );
}

/** Whether the phone and the server agree, by the tolerances for runtimes. */
function Comparison({session}: {session: PhotoSession}) {
  const [phone, server] = [answerOf(session.onPhone.value), answerOf(session.onServer.value)];
  if (!phone || !server) return null;
  return (
    <p class="comparison" role="status">
      {comparison(phone, server)}
    </p>
  );
}

function comparison(phone: Answer, server: Answer): string {
  if (phone.version !== server.version) {
    return `Two versions answered: ${phone.version} on this phone, ${server.version} on the server.`;
  }
  const differing = disagreements(phone.detections, server.detections, threshold.value ?? 0);
  if (differing.length === 0) return 'Both give the same answer.';
  return `They differ in ${differing.length === 1 ? 'one detection' : `${differing.length} detections`}.`;
}

/** Adds a photo with wrong detections to the collection, with the detections as a starting point for labelling. */
function ReportWrongButton({session}: {session: PhotoSession}) {
  const problem = useSignal<string | null>(null);
  const photo = session.photo.value;
  const answer = answerOf(mode.value === 'server' ? session.onServer.value : session.onPhone.value);
  const manifest = shownManifest.value;
  if (!photo || !answer || !manifest) return null;
  const report = async () => {
    const {reportWrong} = await import('../../label/report/report-wrong.ts');
    const detections = aboveThreshold(answer.detections);
    try {
      await reportWrong({photo: photo.file, detections, labels: [...manifest.labels]});
    } catch (fault) {
      problem.value = errorMessage(fault);
    }
  };
  return (
    <>
      <button class="button report" onClick={() => void report()}>
        This is wrong
      </button>
      {problem.value !== null && <Problem message={problem.value} />}
    </>
  );
}
