/**
 * Resizing that is bit-identical to Pillow's BILINEAR: a triangle filter whose support grows with the scale, applied
 * horizontally and then vertically, in fixed point, rounded to 8 bits in between.
 *
 * The scaling of a canvas differs between browsers; the network was trained on this one. Source of the arithmetic:
 * Pillow, src/libImaging/Resample.c.
 */

/** Fractional bits: of 32 bits, 8 hold the pixel and 2 are headroom. */
const PRECISION_BITS = 32 - 8 - 2;
const ONE = 1 << PRECISION_BITS;
const HALF = 1 << (PRECISION_BITS - 1);

/** For each output pixel: where its window starts in the input, how long it is, and its weights. */
interface Windows {
  readonly first: Int32Array;
  readonly length: Int32Array;
  /** `stride` entries per output pixel, of which the first `length` are used. */
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
function resizeHorizontally(
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
function resizeVertically(rows: Uint8Array, rowBytes: number, height: number, outHeight: number): Uint8Array {
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
 * The picture at `outWidth` × `outHeight`, aspect ratio not preserved: RGB, 3 bytes per pixel, row-major.
 *
 * `rgba` is opaque: 4 bytes per pixel, the alpha channel is ignored.
 */
export function resizeToRgb(
  rgba: Uint8ClampedArray | Uint8Array,
  width: number,
  height: number,
  outWidth: number,
  outHeight: number,
): Uint8Array {
  return resizeVertically(resizeHorizontally(rgba, width, height, outWidth), outWidth * 3, height, outHeight);
}

/**
 * The browser first halves larger pictures until each side is at most this many times the network's: reading the pixels
 * of a 12-megapixel photo takes longer than detecting in it, and the filter that follows hides differences between
 * browsers.
 */
const MAX_READ_SCALE = 4;

/**
 * The network's input: `width` × `height`, RGB, 3 bytes per pixel, row-major. Transparent pixels become white. Runs
 * in a worker.
 */
export function networkInput(picture: ImageBitmap, width: number, height: number): Uint8Array {
  const readWidth = halved(picture.width, width * MAX_READ_SCALE);
  const readHeight = halved(picture.height, height * MAX_READ_SCALE);
  const canvas = new OffscreenCanvas(readWidth, readHeight);
  const context = canvas.getContext('2d', {willReadFrequently: true, alpha: false});
  if (!context) throw new Error('The browser gives no canvas to read pixels from.');
  context.fillStyle = '#fff';
  context.fillRect(0, 0, readWidth, readHeight);
  context.imageSmoothingQuality = 'high';
  context.drawImage(picture, 0, 0, readWidth, readHeight);
  const {data} = context.getImageData(0, 0, readWidth, readHeight);
  return resizeToRgb(data, readWidth, readHeight, width, height);
}

function halved(side: number, most: number): number {
  let size = side;
  while (size > most) size = Math.ceil(size / 2);
  return size;
}
