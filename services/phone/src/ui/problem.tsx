/** An error message that says what to do, with a button to try again. */
import type {ComponentChildren} from 'preact';

export interface ProblemProps {
  readonly message: string;
  readonly onRetry?: () => void;
  /** Text of the retry button. */
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
