/** Converts pointer events of the stage to events of the gesture. */
import type {Finger} from '../boxes/gesture.ts';

const SLACK_PX: Record<string, number> = {mouse: 3, pen: 5, touch: 9};

/** Listens until the returned function is called. */
export function listenToPointers(stage: HTMLElement, onFinger: (finger: Finger) => void): () => void {
  const down = new Set<number>();
  const emit = (event: PointerEvent, what: Finger['what']) => {
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
    // Continue the drag outside the stage, and do not select text.
    stage.setPointerCapture(event.pointerId);
    event.preventDefault();
    down.add(event.pointerId);
    emit(event, 'down');
  };
  const drag = (event: PointerEvent) => {
    if (down.has(event.pointerId)) emit(event, 'move');
  };
  const leave = (event: PointerEvent) => {
    if (!down.delete(event.pointerId)) return;
    emit(event, event.type === 'pointerup' ? 'up' : 'cancel');
  };
  // Otherwise the browser treats a quick stroke as a fling and swallows the tap that follows it.
  const prevent = (event: Event) => event.preventDefault();
  stage.addEventListener('touchstart', prevent, {passive: false});
  stage.addEventListener('pointerdown', press);
  stage.addEventListener('pointermove', drag);
  stage.addEventListener('pointerup', leave);
  stage.addEventListener('pointercancel', leave);
  return () => {
    stage.removeEventListener('touchstart', prevent);
    stage.removeEventListener('pointerdown', press);
    stage.removeEventListener('pointermove', drag);
    stage.removeEventListener('pointerup', leave);
    stage.removeEventListener('pointercancel', leave);
  };
}
