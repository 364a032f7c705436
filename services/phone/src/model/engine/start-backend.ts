/** Starts a TensorFlow.js backend; each one is a separate file, loaded on demand. */
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';
import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import {backend as current, env, ready, setBackend} from '@tensorflow/tfjs-core';

import type {Backend} from './protocol.ts';

/** Make `backend` the active one. Throws when it does not run in this browser. */
export async function startBackend(backend: Backend): Promise<void> {
  await LOADERS[backend]();
  if (!(await setBackend(backend))) throw new Error(`${backend} does not start in this browser`);
  await ready();
}

const LOADERS: Record<Backend, () => Promise<void>> = {
  async wasm() {
    const {setWasmPaths} = await import('@tensorflow/tfjs-backend-wasm');
    // Every browser that meets this page's other requirements (a canvas in workers) supports SIMD.
    if (!(await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('wasm has no SIMD in this browser');
    const binary = new URL(simd, import.meta.url).href;
    // All three paths must be set; only the SIMD binary is loaded.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths({
      'tfjs-backend-wasm.wasm': binary,
      'tfjs-backend-wasm-simd.wasm': binary,
      'tfjs-backend-wasm-threaded-simd.wasm': binary,
    });
  },
  async webgl() {
    await import('@tensorflow/tfjs-backend-webgl');
    // With half-precision intermediates the results would exceed the tolerances between runtimes.
    if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'))
      throw new Error('this GPU computes in half precision');
  },
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};

/** Throws if the GPU context was lost (another app, a reset): it then returns zeros without an error. */
export function assertContextNotLost(): void {
  const gpu = current() as Partial<MathBackendWebGL>;
  if (gpu.gpgpu?.gl.isContextLost()) throw new Error('the GPU was taken away');
}
