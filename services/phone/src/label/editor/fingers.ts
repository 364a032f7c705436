/** Pointer events of the stage as fingers of a gesture. */
import type {Finger} from '../boxes/gesture.ts';

const SLACK_PX: Record<string, number> = {mouse: 3, pen: 5, touch: 9};

/** Listens to the stage until the returned function is called. */
export function listenToFingers(stage: HTMLElement, onFinger: (finger: Finger) => void): () => void {
  const down = new Set<number>();
  const tell = (event: PointerEvent, what: Finger['what']) => {
    const {left, top} = stage.getBoundingClientRect();
    onFinger({
      what,
      id: event.pointerId,
      at: {x: event.clientX - left, y: event.clientY - top},
      slack: SLACK_PX[event.pointerType] ?? SLACK_PX['touch']!,
      down: down.size,
    });
  };
  const press = (event: PointerEvent) => {
    if (event.button !== 0) return;
    // So that the drag goes on beside the stage, and no text is selected.
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    down.add(event.pointerId);
    tell(event, 'down');
  };
  const drag = (event: PointerEvent) => {
    if (down.has(event.pointerId)) tell(event, 'move');
  };
  const leave = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    tell(event, event.type === 'pointerup' ? 'up' : 'cancel');
  };
  // A quick stroke is no fling: the browser would swallow the tap that follows it.
  const own = (event: Event) => event.preventDefault();
  stage.addEventListener('touchstart', own, {passive: false});
  stage.addEventListener('pointerdown', press);
  stage.addEventListener('pointermove', drag);
  stage.addEventListener('pointerup', leave);
  stage.addEventListener('pointercancel', leave);
  return () => {
    stage.removeEventListener('touchstart', own);
    stage.removeEventListener('pointerdown', press);
    stage.removeEventListener('pointermove', drag);
    stage.removeEventListener('pointerup', leave);
    stage.removeEventListener('pointercancel', leave);
  };
}
