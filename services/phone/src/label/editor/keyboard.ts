/** Keyboard control of the editor. */
import type {Direction, Session} from './session.ts';

/** Actions outside the session. */
export interface EditorActions {
  readonly classes: number;
  readonly next: () => void;
  readonly previous: () => void;
}

const ARROWS: Record<string, Direction> = {
  ArrowLeft: 'left',
  ArrowRight: 'right',
  ArrowUp: 'up',
  ArrowDown: 'down',
};

/** The list of keys on the overview. */
export const KEYS: readonly (readonly [string, string])[] = [
  ['Tab', 'from box to box'],
  ['Arrows', 'move the box, or the photo when no box is selected'],
  ['Shift + arrows', 'make the box larger or smaller'],
  ['1, 2, …', 'what it is'],
  ['B', 'a new box'],
  ['Delete', 'delete the box'],
  ['N', 'nothing here'],
  ['+, −, 0', 'zoom in, out, whole photo'],
  ['Ctrl + Z, Ctrl + Y', 'undo, redo'],
  ['Page up, page down', 'previous, next photo'],
  ['Esc', 'select nothing; again: back to all photos'],
];

/** Handles a key press; returns whether the key has a meaning. */
export function handleKey(event: KeyboardEvent, session: Session, actions: EditorActions): boolean {
  const target = event.target as HTMLElement;
  if (target.closest('dialog.small') || target.matches('input[type=text]')) return false;
  if (event.ctrlKey || event.metaKey) return handleControlKey(event, session);
  if (event.altKey) return false;
  const direction = ARROWS[event.key];
  if (direction) {
    // Outside the stage, arrows select a class or scroll.
    if (!target.closest('.stage')) return false;
    if (event.shiftKey) session.stretch(direction);
    else session.nudge(direction);
    return true;
  }
  return handlePlainKey(event.key, session, actions);
}

function handleControlKey(event: KeyboardEvent, session: Session): boolean {
  const key = event.key.toLowerCase();
  if (key === 'y' || (key === 'z' && event.shiftKey)) session.redo();
  else if (key === 'z') session.undo();
  else return false;
  return true;
}

function handlePlainKey(key: string, session: Session, {classes, next, previous}: EditorActions): boolean {
  const digit = /^[1-9]$/.test(key) ? Number(key) - 1 : -1;
  if (digit >= 0 && digit < classes) session.classify(digit);
  else if (key === 'Delete' || key === 'Backspace') session.deleteSelected();
  else if (key === 'b' || key === 'B') session.addBox();
  else if (key === 'n' || key === 'N') session.toggleNothingHere();
  else if (key === '+' || key === '=') session.zoomIn();
  else if (key === '-') session.zoomOut();
  else if (key === '0') session.showAll();
  // With nothing selected, Escape closes the dialog.
  else if (key === 'Escape' && session.selected.value !== null) session.select(null);
  else if (key === 'PageDown') next();
  else if (key === 'PageUp') previous();
  else return false;
  return true;
}
