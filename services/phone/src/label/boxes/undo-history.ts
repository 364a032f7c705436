/** An undo and redo history. */
export interface UndoHistory<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** The name of the last change; consecutive changes with the same name form one step. */
  readonly run: string | null;
}

const MAX_STEPS = 200;

export function startHistory<T>(now: T): UndoHistory<T> {
  return {past: [], now, future: [], run: null};
}

/** `run` names a repeated change, such as a held key: consecutive changes with the same name form one step. */
export function changed<T>(history: UndoHistory<T>, now: T, run: string | null = null): UndoHistory<T> {
  const sameRun = run !== null && run === history.run && history.future.length === 0;
  const past = sameRun ? history.past : [...history.past, history.now].slice(-MAX_STEPS);
  return {past, now, future: [], run};
}

export function undone<T>(history: UndoHistory<T>): UndoHistory<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return {past: history.past.slice(0, -1), now: last, future: [history.now, ...history.future], run: null};
}

export function redone<T>(history: UndoHistory<T>): UndoHistory<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return {past: [...history.past, history.now], now: next, future, run: null};
}
