/** Which camera, and whether it is open. */
import {signal} from '@preact/signals';

import type {Facing} from '../camera/camera.ts';

export const facing = signal<Facing>('environment');
export const cameraIsOpen = signal(false);

export function turnCamera(): void {
  facing.value = facing.value === 'user' ? 'environment' : 'user';
}
