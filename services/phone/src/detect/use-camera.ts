/** The camera in a component: held as long as the component is shown. */
import {useSignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import type {Camera, Facing} from './camera.ts';
import {HeldCamera} from './held-camera.ts';

export interface UsedCamera {
  /** Null while it gives no picture. */
  readonly camera: Camera | null;
  /** Why it gives none, and what to do. */
  readonly problem: string | null;
  /** Within a tap. */
  readonly restart: () => void;
}

/** Shows the camera in `video`, if that is there while there is no problem. */
export function useCamera(facing: Facing, video: RefObject<HTMLVideoElement | null>): UsedCamera {
  const held = useRef<HeldCamera | null>(null);
  const camera = useSignal<Camera | null>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    const holding = new HeldCamera(facing, {
      onCamera: opened => (camera.value = opened),
      onProblem: told => (problem.value = told?.message ?? null),
    });
    held.current = holding;
    return () => {
      holding.letGo();
      camera.value = null;
      problem.value = null;
    };
  }, [facing, camera, problem]);

  const shown = problem.value === null ? camera.value : null;
  useEffect(() => {
    const element = video.current;
    if (!shown || !element) return;
    element.srcObject = shown.stream;
    const unwatch = held.current?.watch(element);
    return () => {
      unwatch?.();
      element.srcObject = null;
    };
  }, [shown, video]);
  return {camera: shown, problem: problem.value, restart: () => held.current?.restart()};
}
