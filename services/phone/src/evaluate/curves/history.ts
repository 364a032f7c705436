/** The training of a version epoch by epoch, over both phases. */
export interface Curves {
  /** 1, 2, ... over both phases. */
  readonly epochs: readonly number[];
  readonly loss: readonly (number | null)[];
  readonly ap50: readonly (number | null)[];
  readonly ap: readonly (number | null)[];
  /** Where a new phase begins: half an epoch before its first one. */
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
 * Curves from the text of history.jsonl; null when it tells of no epoch.
 *
 * A resumed run tells its past again: of an epoch told twice the last counts.
 */
export function parseHistory(text: string): Curves | null {
  const told = new Map<string, EpochEvent>();
  for (const line of text.split('\n')) {
    const event = parseLine(line);
    if (event !== null) told.set(`${event.phase} ${event.epoch}`, event);
  }
  const events = [...told.values()];
  if (events.length === 0) return null;
  return {
    epochs: events.map((_, place) => place + 1),
    loss: events.map(({loss}) => loss ?? null),
    ap50: events.map(({val_ap50}) => val_ap50 ?? null),
    ap: events.map(({val_ap}) => val_ap ?? null),
    borders: events.flatMap(({phase}, place) =>
      place > 0 && phase !== events[place - 1]?.phase ? [{at: place + 0.5, phase}] : [],
    ),
  };
}

/** The event of a line, if it is an epoch; a line cut short by a crash is passed over. */
function parseLine(line: string): EpochEvent | null {
  try {
    const event = JSON.parse(line) as Partial<EpochEvent> | null;
    return event?.event === 'epoch' ? (event as EpochEvent) : null;
  } catch {
    return null;
  }
}
