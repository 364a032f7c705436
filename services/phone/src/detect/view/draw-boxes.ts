/** Draws boxes, labels and scores on a canvas. */
import {formatPercent} from '../../ui/format.ts';
import type {LabelledDetection} from '../../vision/box.ts';
import {boxInView, labelPosition, type Rectangle, type Size} from '../../vision/overlay.ts';

const LINE = 3;
const PADDING = 6;
const FONT_PIXELS = 14;
const CLASSES = 4;

export interface Drawing {
  /** Where the photo is drawn in the view, see `fitPhoto`. */
  readonly photo: Rectangle;
  readonly view: Size;
  readonly mirrored: boolean;
}

/** Resizes the canvas to the view in device pixels and clears it; null if there is no 2D context. */
export function prepareCanvas(canvas: HTMLCanvasElement, view: Size): CanvasRenderingContext2D | null {
  const ratio = devicePixelRatio;
  const [width, height] = [Math.round(view.width * ratio), Math.round(view.height * ratio)];
  if (canvas.width !== width || canvas.height !== height) {
    canvas.width = width;
    canvas.height = height;
  }
  const context = canvas.getContext('2d');
  context?.setTransform(ratio, 0, 0, ratio, 0, 0);
  context?.clearRect(0, 0, view.width, view.height);
  return context;
}

/** Draws in order of ascending score, so that the label of the highest score is on top. */
export function drawBoxes(
  context: CanvasRenderingContext2D,
  found: readonly LabelledDetection[],
  drawing: Drawing,
): void {
  const style = getComputedStyle(context.canvas);
  context.font = `600 ${FONT_PIXELS}px ${style.fontFamily}`;
  context.textBaseline = 'middle';
  for (const detection of found.toSorted((a, b) => a.score - b.score)) {
    const colour = style.getPropertyValue(`--mark-${detection.classId % CLASSES}`);
    const box = boxInView(detection.box, drawing.photo, drawing);
    drawBox(context, box, colour, detection.classId);
    drawLabel(context, `${detection.label} ${formatPercent(detection.score)}`, box, colour, drawing.view);
  }
}

/** A dark outline keeps the line visible on bright photos; every second class is dashed, for colour-blind people. */
function drawBox(context: CanvasRenderingContext2D, box: Rectangle, colour: string, classId: number): void {
  const rectangle = [box.left, box.top, box.width, box.height] as const;
  context.lineJoin = 'round';
  context.setLineDash([]);
  context.lineWidth = LINE + 2;
  context.strokeStyle = 'rgb(0 0 0 / 55%)';
  context.strokeRect(...rectangle);
  context.setLineDash(classId % 2 === 1 ? [12, 5] : []);
  context.lineWidth = LINE;
  context.strokeStyle = colour;
  context.strokeRect(...rectangle);
  context.setLineDash([]);
}

function drawLabel(
  context: CanvasRenderingContext2D,
  text: string,
  box: Rectangle,
  colour: string,
  view: Size,
): void {
  const size = {width: context.measureText(text).width + PADDING * 2, height: FONT_PIXELS + PADDING * 2};
  const {left, top} = labelPosition(box, size, view);
  context.fillStyle = colour;
  context.beginPath();
  context.roundRect(left, top, size.width, size.height, 5);
  context.fill();
  context.fillStyle = '#101315';
  context.fillText(text, left + PADDING, top + size.height / 2 + 1);
}
