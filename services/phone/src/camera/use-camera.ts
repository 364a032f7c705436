/** A hook that keeps the camera open for as long as the component is shown. */
import {useSignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import type {Camera, Facing} from './camera.ts';
import {ManagedCamera} from './managed-camera.ts';

export interface UsedCamera {
  /** Null while there is no picture. */
  readonly camera: Camera | null;
  /** Why there is no picture, and what to do. */
  readonly problem: string | null;
  /** Call it within a tap. */
  readonly restart: () => void;
}

/** Shows the camera in `video`, if that element is mounted. */
export function useCamera(facing: Facing, video: RefObject<HTMLVideoElement | null>): UsedCamera {
  const managed = useRef<ManagedCamera | null>(null);
  const camera = useSignal<Camera | null>(null);
  const problem = useSignal<string | null>(null);
  useEffect(() => {
    const opened = new ManagedCamera(facing, {
      onCamera: next => (camera.value = next),
      onProblem: told => (problem.value = told?.message ?? null),
    });
    managed.current = opened;
    return () => {
      opened.release();
      camera.value = null;
      problem.value = null;
    };
  }, [facing, camera, problem]);

  const shown = problem.value === null ? camera.value : null;
  useEffect(() => {
    const element = video.current;
    if (!shown || !element) return;
    element.srcObject = shown.stream;
    const unwatch = managed.current?.watch(element);
    return () => {
      unwatch?.();
      element.srcObject = null;
    };
  }, [shown, video]);
  return {camera: shown, problem: problem.value, restart: () => managed.current?.restart()};
}
