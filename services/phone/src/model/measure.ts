/** How fast a backend is on this phone, and what earlier visits found. */
import {storedSetting, parseJsonOrNull} from '../storage/settings.ts';
import {type Backend, BACKENDS, type Found} from './engine/protocol.ts';

/** Milliseconds of one detection, or why there are none. */
export type Measured = Readonly<Partial<Record<Backend, number | string>>>;

const RUNS = 5;
/** The first runs compile shaders and fill caches. */
const WARM_UP_RUNS = 2;

/** Median milliseconds of the network alone, on a picture of its own size. */
export async function measure(
  detect: (picture: ImageBitmap) => Promise<Found>,
  width: number,
  height: number,
): Promise<number> {
  const times: number[] = [];
  for (let run = 0; run < WARM_UP_RUNS + RUNS; run++) {
    const {ms} = await detect(await createImageBitmap(new ImageData(width, height)));
    if (run >= WARM_UP_RUNS) times.push(ms.inference);
  }
  return median(times);
}

export function median(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[middle]! : (sorted[middle - 1]! + sorted[middle]!) / 2;
}

/** The fastest of those that ran. */
export function fastest(measured: Measured): Backend | null {
  const ran = BACKENDS.filter(backend => typeof measured[backend] === 'number');
  return ran.sort((a, b) => (measured[a] as number) - (measured[b] as number))[0] ?? null;
}

const note = storedSetting('backends');

interface Note {
  /** Another browser, or another version of it, is measured anew. */
  readonly browser: string;
  /** So is a network of another size. */
  readonly network: string;
  readonly measured: Measured;
}

export function rememberedMeasure(network: string): Measured | null {
  const known = parseJsonOrNull(note.value) as Partial<Note> | null;
  if (known?.browser !== navigator.userAgent || known.network !== network) return null;
  return known.measured ?? null;
}

export function rememberMeasure(network: string, measured: Measured): void {
  note.value = JSON.stringify({browser: navigator.userAgent, network, measured} satisfies Note);
}
