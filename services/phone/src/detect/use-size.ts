/** The size of an element, as it changes: a phone that is turned, a bar that comes and goes. */
import {useSignal, type ReadonlySignal} from '@preact/signals';
import type {RefObject} from 'preact';
import {useEffect} from 'preact/hooks';

import type {Size} from '../vision/overlay.ts';

export function useSize(element: RefObject<HTMLElement | null>): ReadonlySignal<Size> {
  const size = useSignal<Size>({width: 0, height: 0});
  useEffect(() => {
    const observed = element.current;
    if (!observed) return;
    const observer = new ResizeObserver(([entry]) => {
      if (entry) size.value = {width: entry.contentRect.width, height: entry.contentRect.height};
    });
    observer.observe(observed);
    return () => observer.disconnect();
  }, [element, size]);
  return size;
}
