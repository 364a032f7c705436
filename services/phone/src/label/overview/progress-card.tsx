/** The progress of labelling, and advice on what to add next. */
import {classColour} from '../../ui/class-colour.ts';
import {advice, SOME_PHOTOS, type Progress} from '../progress/progress.ts';

interface ProgressCardProps {
  readonly progress: Progress;
  readonly onRename: () => void;
}

export function ProgressCard({progress, onRename}: ProgressCardProps) {
  const done = progress.labelled + progress.nothingHere;
  const hints = progress.photos > 0 ? advice(progress) : [];
  return (
    <section class="card stack" aria-label="Progress">
      <div>
        <p class="count numbers">
          <strong>{done}</strong> of {progress.photos} {progress.photos === 1 ? 'photo' : 'photos'} labelled
        </p>
        <progress
          value={Math.min(done, SOME_PHOTOS)}
          max={SOME_PHOTOS}
          aria-label={`Labelled photos, of ${SOME_PHOTOS} that make a good detector`}
        />
      </div>
      <ul class="class-counts numbers">
        {progress.classes.map(({name, boxes}, classId) => (
          <li key={classId}>
            <span class="class-dot" style={{'--class': classColour(classId)}} /> <strong>{boxes}</strong>{' '}
            {name}
          </li>
        ))}
        <li>
          <strong>{progress.nothingHere}</strong> nothing here
        </li>
        <li>
          <button type="button" class="link" onClick={onRename}>
            Change names
          </button>
        </li>
      </ul>
      {hints.length > 0 && (
        <ul class="hints quiet small">
          {hints.map(hint => (
            <li key={hint}>{hint}</li>
          ))}
        </ul>
      )}
    </section>
  );
}
