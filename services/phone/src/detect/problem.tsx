/** What went wrong, in a sentence that says what to do. */
import type {ComponentChildren} from 'preact';

export interface ProblemProps {
  readonly message: string;
  readonly onRetry?: () => void;
  /** Words of the button that tries again. */
  readonly retry?: string;
  readonly children?: ComponentChildren;
}

export function Problem({message, onRetry, retry = 'Try again', children}: ProblemProps) {
  return (
    <div class="notice bad" role="alert">
      <p>{message}</p>
      <div class="row">
        {onRetry && (
          <button class="button" onClick={onRetry}>
            {retry}
          </button>
        )}
        {children}
      </div>
    </div>
  );
}
