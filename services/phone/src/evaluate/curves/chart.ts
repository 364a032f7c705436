/** A line chart over epochs, with a dashed line where a new phase begins. */
import uPlot from 'uplot';

/** One line; dashes distinguish lines without relying on colour. */
export interface Line {
  readonly name: string;
  readonly values: readonly (number | null)[];
  readonly colour: string;
  readonly dash?: number[];
}

export interface ChartOptions {
  readonly epochs: readonly number[];
  readonly borders: readonly {readonly at: number; readonly phase: number}[];
  readonly lines: readonly Line[];
  /** Range of the y axis; by default that of the lines. */
  readonly range?: [number, number];
  readonly width: number;
  readonly height: number;
  readonly colours: Colours;
}

/** Colours of the axes and the grid. */
export interface Colours {
  readonly text: string;
  readonly grid: string;
}

const FONT = '12px system-ui, sans-serif';

/** Draw the chart into `element`; the caller destroys it. */
export function drawChart(element: HTMLElement, options: ChartOptions): uPlot {
  const {epochs, lines, range, width, height, colours} = options;
  const axis = {
    stroke: colours.text,
    font: FONT,
    grid: {stroke: colours.grid, width: 1},
    ticks: {show: false},
  };
  return new uPlot(
    {
      width,
      height,
      padding: [12, 12, 0, 0],
      cursor: {drag: {x: false, y: false}},
      scales: {x: {time: false, range: [0.5, epochs.length + 0.5]}, y: range ? {range} : {}},
      axes: [
        {...axis, size: 28, incrs: [1, 2, 5, 10, 20, 50, 100]},
        {...axis, size: 44},
      ],
      series: [
        {label: 'Epoch', value: (_: uPlot, value: number | null) => String(value ?? '–')},
        ...lines.map(({name, colour, dash}) => ({
          label: name,
          stroke: colour,
          width: 2,
          ...(dash && {dash}),
          points: {show: epochs.length < 3},
          value: (_: uPlot, value: number | null) => value?.toFixed(3) ?? '–',
        })),
      ],
      hooks: {
        drawAxes: [chart => drawBorders(chart, options)],
        // The legend shows the last epoch until another one is selected.
        ready: [chart => chart.setLegend({idx: epochs.length - 1})],
      },
    },
    [[...epochs], ...lines.map(({values}) => [...values])],
    element,
  );
}

function drawBorders(chart: uPlot, {borders, colours}: ChartOptions): void {
  const {ctx, bbox} = chart;
  const pixels = devicePixelRatio;
  ctx.save();
  ctx.strokeStyle = ctx.fillStyle = colours.text;
  ctx.lineWidth = pixels;
  ctx.setLineDash([4 * pixels, 4 * pixels]);
  ctx.font = `${12 * pixels}px system-ui, sans-serif`;
  ctx.textAlign = 'left';
  ctx.textBaseline = 'top';
  for (const {at, phase} of borders) {
    const x = chart.valToPos(at, 'x', true);
    ctx.beginPath();
    ctx.moveTo(x, bbox.top);
    ctx.lineTo(x, bbox.top + bbox.height);
    ctx.stroke();
    ctx.fillText(`phase ${phase}`, x + 4 * pixels, bbox.top + 2 * pixels);
  }
  ctx.restore();
}
