/** Asks for confirmation before something is deleted for good. */
import {useEffect, useRef} from 'preact/hooks';

interface ConfirmProps {
  readonly question: string;
  readonly explanation: string;
  /** Text of the button that confirms. */
  readonly confirmLabel: string;
  readonly onAnswer: (yes: boolean) => void;
}

export function ConfirmDialog({question, explanation, confirmLabel, onAnswer}: ConfirmProps) {
  const dialog = useRef<HTMLDialogElement>(null);
  useEffect(() => dialog.current?.showModal(), []);
  return (
    <dialog
      class="small"
      ref={dialog}
      aria-labelledby="question"
      onCancel={event => {
        event.stopPropagation();
        onAnswer(false);
      }}
    >
      <div class="stack">
        <h2 id="question">{question}</h2>
        <p class="quiet">{explanation}</p>
        <div class="row">
          <button type="button" class="button danger" onClick={() => onAnswer(true)}>
            {confirmLabel}
          </button>
          <button type="button" class="button" onClick={() => onAnswer(false)}>
            Keep
          </button>
        </div>
      </div>
    </dialog>
  );
}
