/** Backends as people read them. */
import {formatDuration} from '../ui/format.ts';
import {type Backend, BACKENDS} from './engine/protocol.ts';
import type {ReadyModel} from './phone-model.ts';

const NAMES: Readonly<Record<Backend, string>> = {webgl: 'WebGL', wasm: 'WebAssembly', cpu: 'JavaScript'};

/** The one that runs. */
export function backendName({runner}: ReadyModel): string {
  return NAMES[runner.backend.value];
}

/** All that were tried: 'WebAssembly 31 ms, WebGL 106 ms'. Empty before the measurement. */
export function measuredBackends({runner}: ReadyModel): string {
  const measured = runner.measured.value;
  return BACKENDS.flatMap(backend => {
    const result = measured[backend];
    if (result === undefined) return [];
    return [
      `${NAMES[backend]} ${typeof result === 'number' ? formatDuration(result) : `not used: ${result}`}`,
    ];
  }).join(', ');
}
