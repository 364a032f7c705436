/** Each backend is a file of its own, fetched when it is to run. */
import {backend as current, env, ready, setBackend} from '@tensorflow/tfjs-core';
import type {MathBackendWebGL} from '@tensorflow/tfjs-backend-webgl';
import simd from '@tensorflow/tfjs-backend-wasm/dist/tfjs-backend-wasm-simd.wasm?url';

import type {Backend} from './protocol.ts';

/** Make `backend` the one that computes. Throws when it does not run here. */
export async function startBackend(backend: Backend): Promise<void> {
  await LOADERS[backend]();
  if (!(await setBackend(backend))) throw new Error(`${backend} does not start in this browser`);
  await ready();
}

const LOADERS: Record<Backend, () => Promise<void>> = {
  async wasm() {
    const {setWasmPaths} = await import('@tensorflow/tfjs-backend-wasm');
    // Every browser that has what this page needs besides (a canvas in workers) has SIMD.
    if (!(await env().getAsync('WASM_HAS_SIMD_SUPPORT'))) throw new Error('wasm has no SIMD in this browser');
    const binary = new URL(simd, import.meta.url).href;
    // It wants to know of all three; the other two are not taken.
    env().set('WASM_HAS_MULTITHREAD_SUPPORT', false);
    setWasmPaths({
      'tfjs-backend-wasm.wasm': binary,
      'tfjs-backend-wasm-simd.wasm': binary,
      'tfjs-backend-wasm-threaded-simd.wasm': binary,
    });
  },
  async webgl() {
    await import('@tensorflow/tfjs-backend-webgl');
    // Half floats in between would be outside the agreement between runtimes.
    if (!env().getBool('WEBGL_RENDER_FLOAT32_ENABLED'))
      throw new Error('this GPU computes in half precision');
  },
  async cpu() {
    await import('@tensorflow/tfjs-backend-cpu');
  },
};

/** A GPU that was taken away (another app, a reset) answers with zeros and no fault. Throws then. */
export function refuseLostContext(): void {
  const gpu = current() as Partial<MathBackendWebGL>;
  if (gpu.gpgpu?.gl.isContextLost()) throw new Error('the GPU was taken away');
}
