import {isStorageFull} from '../../storage/database.ts';

/** Why the collection could not do something, as a sentence that says what to do. */
export class CollectionProblem extends Error {
  override readonly name = 'CollectionProblem';
  readonly code: 'full' | 'unavailable';

  constructor(code: 'full' | 'unavailable', message: string) {
    super(message);
    this.code = code;
  }
}

/** What the browser said, in words for people. */
export function collectionProblem(fault: unknown): CollectionProblem {
  if (fault instanceof CollectionProblem) return fault;
  const name = fault instanceof Error || fault instanceof DOMException ? fault.name : '';
  if (isStorageFull(fault)) {
    return new CollectionProblem(
      'full',
      'The storage of this browser is full. Everything kept so far is still there: download the zip, then ' +
        'delete photos here or make room on the phone.',
    );
  }
  return new CollectionProblem(
    'unavailable',
    `This browser does not keep the photos${name === '' ? '' : ` (${name})`}. Close other tabs of this page and load ` +
      'it again; a private window may keep nothing at all.',
  );
}
