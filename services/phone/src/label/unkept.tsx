/** Says that the newest changes are not in the storage, for as long as that is so. */
import {useEffect} from 'preact/hooks';

import {shelf} from './collection/shelf.ts';

export function Unkept() {
  const problem = shelf.unkept.value;
  useEffect(() => {
    if (!problem) return;
    const hold = (event: Event) => event.preventDefault(); // the browser asks before it leaves
    addEventListener('beforeunload', hold);
    return () => removeEventListener('beforeunload', hold);
  }, [problem]);
  if (!problem) return null;
  return (
    <p class="notice bad" role="alert">
      The last changes are on the screen but not kept yet, and leaving the page would lose them.{' '}
      {problem.message}{' '}
      <button type="button" class="link" onClick={() => void shelf.keep()}>
        Try again
      </button>
    </p>
  );
}
