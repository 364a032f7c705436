/** Where a version keeps its report, relative to its folder under artifacts/. */

/** The photos that it is tried on. */
export const SAMPLES_FOLDER = 'report/samples/';
/** What is on them, and what the version found there when it was made. */
export const SAMPLES = `${SAMPLES_FOLDER}samples.json`;
/** Its training, event by event. */
export const HISTORY = 'report/history.jsonl';
