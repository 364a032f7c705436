/**
 * The icon: four corners of a box around two things, drawn from distances so that every size is sharp.
 *
 * Lengths are parts of the icon's side.
 */
import {encodePng} from './png.ts';

type Rgb = readonly [number, number, number];

const GROUND: Rgb = [0x14, 0x5a, 0x52];
const CORNERS: Rgb = [0xff, 0xff, 0xff];
const FIRST: Rgb = [0xff, 0xb4, 0x54];
const SECOND: Rgb = [0x7f, 0xd8, 0xc4];

const FRAME = {from: 0.24, to: 0.76, arm: 0.15, width: 0.05};
const DOTS = [
  {x: 0.42, y: 0.45, radius: 0.085, colour: FIRST},
  {x: 0.59, y: 0.58, radius: 0.085, colour: SECOND},
];
const ROUNDING = 0.22;
/** A maskable icon may be cut to a circle: what is drawn stays inside 80 %. */
const MASKABLE_SCALE = 0.82;
const SAMPLES = 4;

/** [x0, y0, x1, y1]. */
type Stroke = [number, number, number, number];

function strokes(): Stroke[] {
  const {from, to, arm} = FRAME;
  return [from, to].flatMap(x =>
    [from, to].flatMap((y): Stroke[] => {
      const inX = x === from ? x + arm : x - arm;
      const inY = y === from ? y + arm : y - arm;
      return [
        [x, y, inX, y],
        [x, y, x, inY],
      ];
    }),
  );
}

export function iconSvg(): string {
  const hex = (colour: Rgb) => `#${colour.map(part => part.toString(16).padStart(2, '0')).join('')}`;
  const path = strokes()
    .map(([x0, y0, x1, y1]) => `M${x0 * 100} ${y0 * 100}L${x1 * 100} ${y1 * 100}`)
    .join('');
  const dots = DOTS.map(
    ({x, y, radius, colour}) =>
      `<circle cx="${x * 100}" cy="${y * 100}" r="${radius * 100}" fill="${hex(colour)}"/>`,
  ).join('');
  return (
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 100 100">` +
    `<rect width="100" height="100" rx="${ROUNDING * 100}" fill="${hex(GROUND)}"/>` +
    `<path d="${path}" stroke="${hex(CORNERS)}" stroke-width="${FRAME.width * 100}" stroke-linecap="round" fill="none"/>` +
    `${dots}</svg>`
  );
}

/** Strokes are level or upright, so the nearest point of one is found edge by edge. */
function isOnStroke(x: number, y: number, [x0, y0, x1, y1]: Stroke): boolean {
  const dx = x - Math.min(Math.max(x, Math.min(x0, x1)), Math.max(x0, x1));
  const dy = y - Math.min(Math.max(y, Math.min(y0, y1)), Math.max(y0, y1));
  return dx * dx + dy * dy <= (FRAME.width / 2) ** 2;
}

function insideGround(x: number, y: number): boolean {
  const dx = Math.max(Math.abs(x - 0.5) - (0.5 - ROUNDING), 0);
  const dy = Math.max(Math.abs(y - 0.5) - (0.5 - ROUNDING), 0);
  return dx * dx + dy * dy <= ROUNDING * ROUNDING;
}

function colourAt(x: number, y: number, lines: Stroke[]): Rgb {
  for (const dot of DOTS) if ((x - dot.x) ** 2 + (y - dot.y) ** 2 <= dot.radius ** 2) return dot.colour;
  return lines.some(line => isOnStroke(x, y, line)) ? CORNERS : GROUND;
}

/** The icon as PNG, `size` pixels a side. A maskable one fills its corners. */
export function iconPng(size: number, {maskable}: {maskable: boolean}): Uint8Array {
  const pixels = new Uint8Array(size * size * 4);
  const lines = strokes();
  const scale = maskable ? MASKABLE_SCALE : 1;
  for (let row = 0; row < size; row++) {
    for (let column = 0; column < size; column++) {
      const sum = [0, 0, 0, 0];
      for (let sample = 0; sample < SAMPLES * SAMPLES; sample++) {
        const x = (column + ((sample % SAMPLES) + 0.5) / SAMPLES) / size;
        const y = (row + (Math.floor(sample / SAMPLES) + 0.5) / SAMPLES) / size;
        if (!maskable && !insideGround(x, y)) continue;
        const colour = colourAt((x - 0.5) / scale + 0.5, (y - 0.5) / scale + 0.5, lines);
        colour.forEach((part, i) => (sum[i] = (sum[i] ?? 0) + part));
        sum[3] = (sum[3] ?? 0) + 1;
      }
      const covered = sum[3] ?? 0;
      const at = (row * size + column) * 4;
      for (let i = 0; i < 3; i++) pixels[at + i] = covered ? (sum[i] ?? 0) / covered : 0;
      pixels[at + 3] = (covered / (SAMPLES * SAMPLES)) * 255;
    }
  }
  return encodePng(pixels, size, size);
}
