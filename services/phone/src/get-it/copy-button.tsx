/** Puts a text on the clipboard and says so. */
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {copy} from './clipboard.ts';

interface CopyButtonProps {
  readonly text: string;
  /** What is copied, for those who hear the button: 'the checksum of f16.tflite'. */
  readonly what: string;
}

const SAID_FOR_MS = 2000;
type Said = 'Copy' | 'Copied' | 'Not copied';

export function CopyButton({text, what}: CopyButtonProps) {
  const said = useSignal<Said>('Copy');
  const now = said.value;
  useEffect(() => {
    if (now === 'Copy') return undefined;
    const timer = setTimeout(() => (said.value = 'Copy'), SAID_FOR_MS);
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
