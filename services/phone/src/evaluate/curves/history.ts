/** The training history of a version: metrics per epoch, over both phases. */

/** The training of a version epoch by epoch, over both phases. */
export interface Curves {
  /** 1, 2, ... over all phases. */
  readonly epochs: readonly number[];
  readonly loss: readonly (number | null)[];
  readonly ap50: readonly (number | null)[];
  readonly ap: readonly (number | null)[];
  /** Where a new phase begins: half an epoch before its first epoch. */
  readonly borders: readonly {readonly at: number; readonly phase: number}[];
}

interface EpochEvent {
  readonly event: 'epoch';
  readonly phase: number;
  readonly epoch: number;
  readonly loss?: number;
  readonly val_ap50?: number;
  readonly val_ap?: number;
}

/**
 * Curves from the text of history.jsonl; null if it contains no epoch.
 *
 * A resumed run logs earlier epochs again: the last record of an epoch counts.
 */
export function parseHistory(text: string): Curves | null {
  const byEpoch = new Map<string, EpochEvent>();
  for (const line of text.split('\n')) {
    const event = parseLine(line);
    if (event !== null) byEpoch.set(`${event.phase} ${event.epoch}`, event);
  }
  const events = [...byEpoch.values()];
  if (events.length === 0) return null;
  return {
    epochs: events.map((_, index) => index + 1),
    loss: events.map(({loss}) => loss ?? null),
    ap50: events.map(({val_ap50}) => val_ap50 ?? null),
    ap: events.map(({val_ap}) => val_ap ?? null),
    borders: events.flatMap(({phase}, index) =>
      index > 0 && phase !== events[index - 1]?.phase ? [{at: index + 0.5, phase}] : [],
    ),
  };
}

/** The line's event if it is an epoch; lines truncated by a crash are skipped. */
function parseLine(line: string): EpochEvent | null {
  try {
    const event = JSON.parse(line) as Partial<EpochEvent> | null;
    return event?.event === 'epoch' ? (event as EpochEvent) : null;
  } catch {
    return null;
  }
}

/** The average precision in words, for screen readers. */
export function describeAccuracy({ap50, epochs}: Curves): string {
  const best = bestOf(ap50);
  if (best === null) return 'It was not measured during this training.';
  return `AP50 on validation photos was highest, ${best.value.toFixed(3)}, after epoch ${best.epoch} of ${epochs.length}.`;
}

/** The loss in words, for screen readers. */
export function describeLoss({loss}: Curves): string {
  const recorded = loss.filter(value => value !== null);
  const [first, last] = [recorded[0], recorded.at(-1)];
  if (first === undefined || last === undefined) return 'It was not recorded.';
  return `The loss went from ${first.toPrecision(3)} to ${last.toPrecision(3)}.`;
}

function bestOf(values: readonly (number | null)[]): {value: number; epoch: number} | null {
  const highest = Math.max(...values.map(value => value ?? -Infinity));
  return highest === -Infinity ? null : {value: highest, epoch: values.indexOf(highest) + 1};
}
