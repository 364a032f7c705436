/** Asks for the API key when the gateway requires one. */
import {useEffect, useRef} from 'preact/hooks';

import {keyQuestion} from '../gateway/api-key.ts';

export function KeyDialog() {
  const question = keyQuestion.value;
  const dialog = useRef<HTMLDialogElement>(null);
  const field = useRef<HTMLInputElement>(null);
  useEffect(() => {
    if (question) dialog.current?.showModal();
  }, [question]);
  if (!question) return null;
  const submit = (event: Event) => {
    event.preventDefault();
    const key = field.current?.value.trim() ?? '';
    if (key !== '') question.answer(key);
  };
  return (
    <dialog ref={dialog} aria-labelledby="key-title" onCancel={() => question.answer(null)}>
      <form class="stack" onSubmit={submit}>
        <h2 id="key-title">This server asks for a key</h2>
        {question.refused && (
          <p class="notice bad" role="alert">
            The server refused the key. Check it and type it again.
          </p>
        )}
        <p class="quiet">
          Whoever runs the server can give you one. It is kept in this browser and asked for once.
        </p>
        <label class="stack">
          <span>API key</span>
          <input
            ref={field}
            class="field"
            type="password"
            autocomplete="off"
            autocapitalize="none"
            spellcheck={false}
            required
          />
        </label>
        <div class="row">
          <button class="button main">Use this key</button>
          <button class="button" type="button" onClick={() => question.answer(null)}>
            Not now
          </button>
        </div>
      </form>
    </dialog>
  );
}
