/** The form for the class names. */
import {useSignal} from '@preact/signals';
import {useId} from 'preact/hooks';

import {classColour} from '../../ui/class-colour.ts';
import {cleanName, nameFault} from '../collection/class-name.ts';
import {collectionProblem} from '../collection/photo-database.ts';

interface ClassNamesProps {
  readonly names: readonly string[];
  /** The number of boxes per class. The last class can be removed if it has none. */
  readonly boxes: readonly number[];
  /** Text of the save button. */
  readonly save: string;
  /** Rejects with CollectionProblem if the names could not be saved. */
  readonly onSave: (names: readonly string[]) => Promise<void>;
}

const EXAMPLES = ['raccoon', 'kangaroo'];

export function ClassNamesForm({names, boxes, save, onSave}: ClassNamesProps) {
  const typed = useSignal(names.length > 0 ? names : ['', '']);
  const faults = useSignal<readonly (string | null)[]>([]);
  const problem = useSignal<string | null>(null);
  const id = useId();
  const type = (index: number, name: string) => {
    typed.value = typed.value.map((other, i) => (i === index ? name : other));
    faults.value = [];
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    const clean = typed.value.map(cleanName);
    // One class is enough: the last field may stay empty as long as it has no boxes.
    const last = clean.length - 1;
    const wanted = last > 0 && clean[last] === '' && !boxes[last] ? clean.slice(0, -1) : clean;
    faults.value = wanted.map((_, index) => nameFault(wanted, index));
    if (faults.value.some(fault => fault !== null)) return;
    try {
      await onSave(wanted);
    } catch (fault) {
      problem.value = collectionProblem(fault).message;
    }
  };
  const last = typed.value.length - 1;
  return (
    <form class="stack" onSubmit={submit} noValidate>
      {typed.value.map((name, index) => {
        const fault = faults.value[index] ?? null;
        return (
          <label key={index} class="stack name-field">
            <span>
              <span class="class-dot" style={{'--class': classColour(index)}} /> {ordinal(index)} kind
            </span>
            <input
              class="field"
              type="text"
              value={name}
              placeholder={EXAMPLES[index] ?? ''}
              autocapitalize="none"
              autocomplete="off"
              enterkeyhint={index < last ? 'next' : 'done'}
              aria-invalid={fault !== null}
              aria-describedby={fault === null ? undefined : `${id}-${index}`}
              onInput={event => type(index, event.currentTarget.value)}
            />
            {fault !== null && (
              <span id={`${id}-${index}`} class="fault" role="alert">
                {fault}
              </span>
            )}
          </label>
        );
      })}
      {problem.value !== null && (
        <p class="notice bad" role="alert">
          {problem.value}
        </p>
      )}
      <div class="row">
        <button class="button main">{save}</button>
        {names.length > 0 && (
          <button type="button" class="button" onClick={() => (typed.value = [...typed.value, ''])}>
            One more kind
          </button>
        )}
        {last > 0 && names.length > 0 && !boxes[last] && (
          <button type="button" class="button" onClick={() => (typed.value = typed.value.slice(0, -1))}>
            Remove the {ordinal(last).toLowerCase()}
          </button>
        )}
      </div>
    </form>
  );
}

function ordinal(index: number): string {
  return ['First', 'Second', 'Third', 'Fourth', 'Fifth'][index] ?? `${index + 1}th`;
}
