/** A responsive chart that follows the colour scheme and has a text description. */
import {useEffect, useRef} from 'preact/hooks';
import 'uplot/dist/uPlot.min.css';

import {drawChart, type Line} from './chart.ts';
import type {Curves} from './history.ts';

interface ChartFigureProps {
  readonly title: string;
  readonly caption: string;
  readonly curves: Curves;
  /** Colours are names of CSS variables, such as '--class-0'. */
  readonly lines: readonly Line[];
  readonly range?: [number, number];
}

const HEIGHT = 200;

export function ChartFigure({title, caption, curves, lines, range}: ChartFigureProps) {
  const container = useRef<HTMLDivElement>(null);
  useEffect(() => {
    const element = container.current;
    if (!element) return undefined;
    const dark = matchMedia('(prefers-color-scheme: dark)');
    let chart: ReturnType<typeof drawChart> | null = null;
    const draw = () => {
      chart?.destroy();
      const styles = getComputedStyle(element);
      const colour = (name: string) => styles.getPropertyValue(name).trim();
      chart = drawChart(element, {
        epochs: curves.epochs,
        borders: curves.borders,
        lines: lines.map(line => ({...line, colour: colour(line.colour)})),
        ...(range && {range}),
        width: element.clientWidth,
        height: HEIGHT,
        colours: {text: colour('--quiet'), grid: colour('--line')},
      });
    };
    const resizing = new ResizeObserver(() => {
      if (chart?.width !== element.clientWidth) draw();
    });
    resizing.observe(element);
    dark.addEventListener('change', draw);
    return () => {
      resizing.disconnect();
      dark.removeEventListener('change', draw);
      chart?.destroy();
    };
  }, [curves, lines, range]);
  return (
    <figure class="chart">
      <h3>{title}</h3>
      <div ref={container} aria-hidden="true" />
      <figcaption class="quiet small">{caption}</figcaption>
    </figure>
  );
}
