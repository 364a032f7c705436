/** What went wrong, in a sentence that says what to do. */
import type {ComponentChildren} from 'preact';

export interface ProblemProps {
  readonly message: string;
  readonly onRetry?: () => void;
  readonly children?: ComponentChildren;
}

export function Problem({message, onRetry, children}: ProblemProps) {
  return (
    <div class="notice bad" role="alert">
      <p>{message}</p>
      <div class="row">
        {onRetry && (
          <button class="button" onClick={onRetry}>
            Try again
          </button>
        )}
        {children}
      </div>
    </div>
  );
}
