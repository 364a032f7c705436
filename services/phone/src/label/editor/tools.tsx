/** The tools below the photo: the class of the box, undo, redo, delete, and Nothing here. */
import {useId} from 'preact/hooks';

import {classColour} from '../../ui/class-colour.ts';
import {Icon, ToolButton} from '../../ui/icons.tsx';
import {statusOf} from '../boxes/labelling.ts';
import type {Session} from './session.ts';

interface ToolsProps {
  readonly session: Session;
  readonly names: readonly string[];
  /** The class of the selected box, otherwise of the next one. */
  readonly classId: number;
  readonly isLast: boolean;
  readonly onNext: () => void;
}

export function Tools({session, names, classId, isLast, onNext}: ToolsProps) {
  const group = useId();
  const status = statusOf(session.labelling.value);
  return (
    <div class="tools">
      {status === 'to-check' && (
        <p class="notice to-check">
          These boxes are the detector’s. Correct them, or{' '}
          <button type="button" class="link" onClick={() => session.confirm()}>
            they are right
          </button>
          .
        </p>
      )}
      <div class="row class-row">
        <fieldset class="choice classes">
          <legend class="unseen">What the box is</legend>
          {names.map((name, index) => (
            <label key={index} style={{'--class': classColour(index)}} title={name}>
              <input
                type="radio"
                name={group}
                checked={classId === index}
                onChange={() => session.classify(index)}
                aria-keyshortcuts={index < 9 ? String(index + 1) : undefined}
              />
              <span class="class-name">
                <span class="class-dot" />
                <span>{name}</span>
              </span>
            </label>
          ))}
        </fieldset>
        <ToolButton icon="add" label="Add a box" onPress={() => session.addBox()} />
      </div>
      <div class="row tool-row">
        <ToolButton
          icon="undo"
          label="Undo"
          off={session.history.value.past.length === 0}
          onPress={() => session.undo()}
        />
        <ToolButton
          icon="redo"
          label="Redo"
          off={session.history.value.future.length === 0}
          onPress={() => session.redo()}
        />
        <ToolButton
          icon="remove-box"
          label="Delete the box"
          off={session.selected.value === null}
          onPress={() => session.deleteSelected()}
        />
        <button
          type="button"
          class="button nothing"
          aria-pressed={status === 'nothing-here'}
          onClick={() => session.toggleNothingHere()}
        >
          <Icon name={status === 'nothing-here' ? 'check' : 'nothing'} />
          <span>Nothing here</span>
        </button>
        <ToolButton
          main
          icon={isLast ? 'check' : 'next'}
          label={isLast ? 'Done' : 'Next photo'}
          onPress={onNext}
        />
      </div>
    </div>
  );
}
