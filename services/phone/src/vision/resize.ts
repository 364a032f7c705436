/**
 * Resizing as Pillow's BILINEAR does it, to the bit: a triangle filter that widens with the reduction, first across
 * and then down, in fixed point with one rounding to 8 bits between.
 *
 * A canvas's own scaling differs from browser to browser; the network was trained on this one (the contract's
 * reference). Source of the arithmetic: Pillow, src/libImaging/Resample.c.
 */

/** Bits behind the point: 8 bits of pixel and 2 of head room leave these of 32. */
const PRECISION_BITS = 32 - 8 - 2;
const ONE = 1 << PRECISION_BITS;
const HALF = 1 << (PRECISION_BITS - 1);

/** For each output place: where its window starts in the input, how long it is, and its weights. */
interface Windows {
  readonly first: Int32Array;
  readonly length: Int32Array;
  /** `stride` a place, of which the first `length` count. */
  readonly weights: Int32Array;
  readonly stride: number;
}

const triangle = (x: number) => Math.max(0, 1 - Math.abs(x));

function windows(inputSize: number, outputSize: number): Windows {
  const scale = inputSize / outputSize;
  const support = Math.max(scale, 1);
  const stride = Math.ceil(support) * 2 + 1;
  const first = new Int32Array(outputSize);
  const length = new Int32Array(outputSize);
  const weights = new Int32Array(outputSize * stride);
  const raw = new Float64Array(stride);
  for (let out = 0; out < outputSize; out++) {
    const center = (out + 0.5) * scale;
    const from = Math.max(Math.trunc(center - support + 0.5), 0);
    const count = Math.min(Math.trunc(center + support + 0.5), inputSize) - from;
    let sum = 0;
    for (let i = 0; i < count; i++) sum += raw[i] = triangle((i + from - center + 0.5) / support);
    for (let i = 0; i < count; i++) weights[out * stride + i] = Math.trunc(0.5 + (raw[i]! / sum) * ONE);
    first[out] = from;
    length[out] = count;
  }
  return {first, length, weights, stride};
}

const clip = (sum: number) => Math.min(Math.max(sum >> PRECISION_BITS, 0), 255);

/** RGBA rows to RGB rows of another width. */
function across(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  outWidth: number,
): Uint8Array {
  const {first, length, weights, stride} = windows(width, outWidth);
  const out = new Uint8Array(outWidth * height * 3);
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < outWidth; x++) {
      let red = HALF;
      let green = HALF;
      let blue = HALF;
      let at = (y * width + first[x]!) * 4;
      const end = x * stride + length[x]!;
      for (let i = x * stride; i < end; i++, at += 4) {
        const weight = weights[i]!;
        red += rgba[at]! * weight;
        green += rgba[at + 1]! * weight;
        blue += rgba[at + 2]! * weight;
      }
      const to = (y * outWidth + x) * 3;
      out[to] = clip(red);
      out[to + 1] = clip(green);
      out[to + 2] = clip(blue);
    }
  }
  return out;
}

/** Rows of `rowBytes` to another number of rows. */
function down(rows: Uint8Array, rowBytes: number, height: number, outHeight: number): Uint8Array {
  const {first, length, weights, stride} = windows(height, outHeight);
  const out = new Uint8Array(rowBytes * outHeight);
  const sums = new Int32Array(rowBytes);
  for (let y = 0; y < outHeight; y++) {
    sums.fill(HALF);
    for (let i = 0; i < length[y]!; i++) {
      const weight = weights[y * stride + i]!;
      const from = (first[y]! + i) * rowBytes;
      for (let x = 0; x < rowBytes; x++) sums[x]! += rows[from + x]! * weight;
    }
    for (let x = 0; x < rowBytes; x++) out[y * rowBytes + x] = clip(sums[x]!);
  }
  return out;
}

/**
 * The picture at `outWidth` × `outHeight`, its aspect ignored: RGB, 3 bytes a pixel, row by row.
 *
 * `rgba` is opaque: 4 bytes a pixel, of which the fourth is not looked at.
 */
export function resizeToRgb(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Uint8Array {
  return down(across(rgba, width, height, outWidth), outWidth * 3, height, outHeight);
}
