/** A notice that is shown while the latest changes could not be saved. */
import {useEffect} from 'preact/hooks';

import {collection} from './collection.ts';

export function UnsavedNotice() {
  const problem = collection.unsaved.value;
  useEffect(() => {
    if (!problem) return;
    const hold = (event: Event) => event.preventDefault(); // the browser asks for confirmation before it leaves the page
    addEventListener('beforeunload', hold);
    return () => removeEventListener('beforeunload', hold);
  }, [problem]);
  if (!problem) return null;
  return (
    <p class="notice bad" role="alert">
      The last changes are on the screen but not kept yet, and leaving the page would lose them.{' '}
      {problem.message}{' '}
      <button type="button" class="link" onClick={() => void collection.save()}>
        Try again
      </button>
    </p>
  );
}
