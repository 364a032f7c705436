/** One photo: what the phone finds in it, what the server finds, or both beside each other. */
import {useComputed} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {disagreements} from '../metrics/agreement.ts';
import {backendName} from '../model/backend-name.ts';
import {phoneModel, whyNotHere} from '../model/on-phone.ts';
import {Problem} from '../ui/problem.tsx';
import type {Answer} from './answers.ts';
import {Caption, type Side} from './caption.tsx';
import {FoundList} from './found-list.tsx';
import {chooseMode, mode, usesPhone, usesServer} from './modes.ts';
import type {PhotoSession} from './photo-session.ts';
import {Picture} from './picture.tsx';
import {answerOf} from './result.ts';
import {ThisIsWrong} from './this-is-wrong.tsx';
import {aboveThreshold, threshold} from './threshold.ts';

export function PhotoView({session}: {session: PhotoSession}) {
  const [shownMode, shownThreshold] = [mode.value, threshold.value];
  useEffect(() => void session.follow(), [session, shownMode, shownThreshold]);
  const both = mode.value === 'both';
  return (
    <>
      <div class={both ? `two ${isUpright(session) ? 'upright' : ''}` : 'one'}>
        {usesPhone.value && <Answered side="phone" session={session} />}
        {usesServer.value && <Answered side="server" session={session} />}
      </div>
      {both && <Comparison session={session} />}
      <ThisIsWrong session={session} />
    </>
  );
}

/** Square ones too. */
function isUpright(session: PhotoSession): boolean {
  const size = session.photo.value?.picture ?? answerOf(session.onServer.value)?.image;
  return size !== undefined && size.height >= size.width;
}

function Answered({side, session}: {side: Side; session: PhotoSession}) {
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
        backend={model.state === 'ready' ? backendName(model) : undefined}
      />
      {result.value.state === 'failed' && (
        <Problem message={result.value.message} onRetry={() => void session.retry()}>
          {side === 'phone' && mode.value === 'phone' && (
            <button class="button" onClick={() => chooseMode('server')}>
              Detect on the server
            </button>
          )}
          {side === 'server' && mode.value === 'server' && whyNotHere() === null && (
            <button class="button" onClick={() => chooseMode('phone')}>
              Detect on this phone
            </button>
          )}
        </Problem>
      )}
      <div aria-live="polite">
        {result.value.state === 'done' && <FoundList found={found.value} label={name} />}
      </div>
    </section>
  );
}

/** Whether two answers are the same, as the contract between runtimes says. */
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
  const apart = disagreements(phone.detections, server.detections, threshold.value ?? 0);
  if (apart.length === 0) return 'Both give the same answer.';
  return `They differ in ${apart.length === 1 ? 'one detection' : `${apart.length} detections`}.`;
}
