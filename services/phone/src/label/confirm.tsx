/** A question before something is gone for good. */
import {useEffect, useRef} from 'preact/hooks';

interface ConfirmProps {
  readonly question: string;
  readonly explanation: string;
  /** What the button that does it says. */
  readonly doIt: string;
  readonly onAnswer: (yes: boolean) => void;
}

export function Confirm({question, explanation, doIt, onAnswer}: ConfirmProps) {
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
            {doIt}
          </button>
          <button type="button" class="button" onClick={() => onAnswer(false)}>
            Keep
          </button>
        </div>
      </div>
    </dialog>
  );
}
