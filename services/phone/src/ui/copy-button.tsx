/** A button that copies a text to the clipboard and confirms it. */
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for screen readers: 'the checksum of f16.tflite'. */
  readonly what: string;
}

const FEEDBACK_MS = 2000;
type Feedback = 'Copy' | 'Copied' | 'Not copied';

export function CopyButton({text, what}: CopyButtonProps) {
  const said = useSignal<Feedback>('Copy');
  const now = said.value;
  useEffect(() => {
    if (now === 'Copy') return undefined;
    const timer = setTimeout(() => (said.value = 'Copy'), FEEDBACK_MS);
    return () => clearTimeout(timer);
  }, [now, said]);
  const onClick = async () => (said.value = (await copy(text)) ? 'Copied' : 'Not copied');
  return (
    <button class="button copy" onClick={onClick}>
      <span aria-live="polite">{now}</span>
      <span class="unseen"> {what}</span>
    </button>
  );
}

/** Whether the text was copied. Over plain http browsers only offer the deprecated execCommand. */
async function copy(text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    return copyBySelection(text);
  }
}

function copyBySelection(text: string): boolean {
  const field = document.createElement('textarea');
  field.value = text;
  field.readOnly = true;
  field.className = 'unseen';
  document.body.append(field);
  const focused = document.activeElement;
  field.select();
  try {
    // eslint-disable-next-line @typescript-eslint/no-deprecated -- the only way without HTTPS
    return document.execCommand('copy');
  } finally {
    field.remove();
    if (focused instanceof HTMLElement) focused.focus();
  }
}
