/** What was done to one thing, to be undone and done again. */
export interface History<T> {
  readonly past: readonly T[];
  readonly now: T;
  readonly future: readonly T[];
  /** What kind of change came last; a run of the same small changes is one step. */
  readonly run: string | null;
}

const MAX_STEPS = 200;

export function begun<T>(now: T): History<T> {
  return {past: [], now, future: [], run: null};
}

/** `run` names a change that repeats, as with a key held down: changes with the same name in a row are one step. */
export function changed<T>(history: History<T>, now: T, run: string | null = null): History<T> {
  const sameRun = run !== null && run === history.run && history.future.length === 0;
  const past = sameRun ? history.past : [...history.past, history.now].slice(-MAX_STEPS);
  return {past, now, future: [], run};
}

export function undone<T>(history: History<T>): History<T> {
  const last = history.past.at(-1);
  if (last === undefined) return history;
  return {past: history.past.slice(0, -1), now: last, future: [history.now, ...history.future], run: null};
}

export function redone<T>(history: History<T>): History<T> {
  const [next, ...future] = history.future;
  if (next === undefined) return history;
  return {past: [...history.past, history.now], now: next, future, run: null};
}
