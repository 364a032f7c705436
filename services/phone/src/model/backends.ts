/** The backends on this phone: their names, and how fast each one is, remembered from earlier visits. */
import {parseJsonOrNull, storedSetting} from '../storage/settings.ts';
import {formatDuration} from '../ui/format.ts';
import {BACKENDS, type Backend, type DetectResult} from './engine/protocol.ts';

/** Milliseconds per detection of each backend, or why it does not run. */
export type Measured = Readonly<Partial<Record<Backend, number | string>>>;

const RUNS = 5;
/** The first runs compile shaders and warm up caches. */
const WARM_UP_RUNS = 2;

/** Median milliseconds of the network alone, on an empty picture of its input size. */
export async function measure(
  detect: (picture: ImageBitmap) => Promise<DetectResult>,
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

/** The fastest backend that runs; null if none was measured. */
export function fastest(measured: Measured): Backend | null {
  const ran = BACKENDS.filter(backend => typeof measured[backend] === 'number');
  return ran.sort((a, b) => (measured[a] as number) - (measured[b] as number))[0] ?? null;
}

const storedRecord = storedSetting('backends');

/** Measurements are only valid for the same browser version and input size. */
interface MeasurementRecord {
  readonly browser: string;
  readonly network: string;
  readonly measured: Measured;
}

export function loadMeasured(network: string): Measured | null {
  const known = parseJsonOrNull(storedRecord.value) as Partial<MeasurementRecord> | null;
  if (known?.browser !== navigator.userAgent || known.network !== network) return null;
  return known.measured ?? null;
}

export function storeMeasured(network: string, measured: Measured): void {
  storedRecord.value = JSON.stringify({
    browser: navigator.userAgent,
    network,
    measured,
  } satisfies MeasurementRecord);
}

const NAMES: Readonly<Record<Backend, string>> = {webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'JavaScript'};

export function backendName(backend: Backend): string {
  return NAMES[backend];
}

/** 'WebAssembly 31 ms, WebGL 106 ms'. Empty before the measurement. */
export function describeMeasured(measured: Measured): string {
  return BACKENDS.flatMap(backend => {
    const result = measured[backend];
    if (result === undefined) return [];
    return [
      `${NAMES[backend]} ${typeof result === 'number' ? formatDuration(result) : `not used: ${result}`}`,
    ];
  }).join(', ');
}
