/** Takes a photo whose answer is wrong into the collection, with the boxes found as a start. */
import {useSignal} from '@preact/signals';

import {Problem} from '../ui/problem.tsx';
import {mode} from './modes.ts';
import type {PhotoSession} from './photo-session.ts';
import {answerOf} from './result.ts';
import {shownManifest} from './shown-manifest.ts';
import {aboveThreshold} from './threshold.ts';

export function ThisIsWrong({session}: {session: PhotoSession}) {
  const problem = useSignal<string | null>(null);
  const photo = session.photo.value;
  const answer = answerOf(mode.value === 'server' ? session.onServer.value : session.onPhone.value);
  const manifest = shownManifest.value;
  if (!photo || !answer || !manifest) return null;
  const report = async () => {
    const {reportWrong} = await import('../label/report-wrong.ts');
    const detections = aboveThreshold(answer.detections);
    try {
      await reportWrong({photo: photo.file, detections, labels: [...manifest.labels]});
    } catch (fault) {
      problem.value = fault instanceof Error ? fault.message : String(fault);
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
