/** The stage: the photo with its boxes, zoomable. */
import {useLayoutEffect, useRef} from 'preact/hooks';

import {markColour} from '../../ui/class-colour.ts';
import type {GroundTruth} from '../../vision/box.ts';
import {boxInView, type Rectangle} from '../../vision/overlay.ts';
import {handlesOf} from '../boxes/handles.ts';
import {listenToPointers} from './pointer-events.ts';
import {describeBox, type Session} from './session.ts';

const WHEEL_ZOOM = 1 / 400;

interface StageProps {
  readonly session: Session;
  /** Address of the photo's JPEG file. */
  readonly picture: string;
  readonly names: readonly string[];
  readonly title: string;
}

export function Stage({session, picture, names, title}: StageProps) {
  const stage = useRef<HTMLDivElement>(null);
  // A layout effect, so that the stage is measured before the first key press can add a box.
  useLayoutEffect(() => {
    const element = stage.current;
    if (!element) return;
    const measure = () => session.resizeStage({width: element.clientWidth, height: element.clientHeight});
    measure();
    element.focus({preventScroll: true}); // keys act on the new photo
    const observer = new ResizeObserver(measure);
    observer.observe(element);
    const stopListening = listenToPointers(element, finger => {
      session.handlePointer(finger);
      // After the browser has moved the focus itself.
      if (finger.what === 'up') requestAnimationFrame(() => focusSelected(element, session));
    });
    const wheel = (event: WheelEvent) => {
      event.preventDefault();
      const {left, top} = element.getBoundingClientRect();
      session.zoom(Math.exp(-event.deltaY * WHEEL_ZOOM), {x: event.clientX - left, y: event.clientY - top});
    };
    element.addEventListener('wheel', wheel, {passive: false});
    return () => {
      observer.disconnect();
      stopListening();
      element.removeEventListener('wheel', wheel);
    };
  }, [session]);
  const view = session.view.value;
  return (
    <div class="stage" ref={stage} tabIndex={0} role="group" aria-label={title}>
      {view && (
        <>
          <img class="stage-photo" src={picture} alt="" draggable={false} style={placedAt(view)} />
          {session.shown.value.map((truth, index) => (
            <BoxOnStage key={index} session={session} view={view} index={index} truth={truth} names={names} />
          ))}
        </>
      )}
    </div>
  );
}

interface BoxProps {
  readonly session: Session;
  readonly view: Rectangle;
  readonly index: number;
  readonly truth: GroundTruth;
  readonly names: readonly string[];
}

function BoxOnStage({session, view, index, truth, names}: BoxProps) {
  const rectangle = boxInView(truth.box, view, {mirrored: false});
  const isSelected = session.selected.value === index;
  const isNew = index >= session.labelling.value.boxes.length;
  const name = names[truth.classId] ?? '';
  return (
    <button
      type="button"
      class={`box-on-stage${isSelected || isNew ? ' selected' : ''}`}
      style={{...placedAt(rectangle), '--class': markColour(truth.classId)}}
      aria-pressed={isSelected}
      aria-label={`Box ${index + 1}, ${name}: ${describeBox(truth.box)}`}
      data-box={index}
      onFocus={() => {
        if (session.selected.value !== index) session.select(index);
      }}
      onClick={() => session.select(index)}
    >
      <span class="box-name">{name}</span>
      {isSelected &&
        handlesOf({...rectangle, left: 0, top: 0}).map(handle => (
          <span
            key={handle.name}
            class="handle"
            data-handle={handle.name}
            style={{left: `${handle.at.x}px`, top: `${handle.at.y}px`}}
          />
        ))}
    </button>
  );
}

/** Focuses the selected box, so that keys act on it; call it after the box was rendered. */
export function focusSelected(stage: HTMLElement, session: Session): void {
  const index = session.selected.value;
  const box = index === null ? null : stage.querySelector<HTMLElement>(`[data-box="${index}"]`);
  (box ?? stage).focus({preventScroll: true});
}

function placedAt({left, top, width, height}: Rectangle) {
  return {transform: `translate(${left}px, ${top}px)`, width: `${width}px`, height: `${height}px`};
}
