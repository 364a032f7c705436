/**
 * The self-test: whether a version gives the same detections on this phone as when it was trained, on its first
 * sample photo.
 */
import {SAMPLES, SAMPLES_FOLDER, scoreThreshold, type Manifest} from '../gateway/manifest.ts';
import {parseSamples} from '../gateway/samples.ts';
import {disagreements} from '../metrics/agreement.ts';
import {openPhoto} from '../vision/photo.ts';
import type {DetectResult} from './engine/protocol.ts';

/** The version gives different or invalid detections on this phone. */
export class SelfTestFailed extends Error {
  override readonly name = 'SelfTestFailed';
}

/** Throws SelfTestFailed. */
export interface SelfTest {
  readonly run: (detect: (picture: ImageBitmap) => Promise<DetectResult>) => Promise<void>;
}

/** Reads a file of the version by its path. */
export type ReadFile = (path: string) => Promise<ArrayBuffer>;

/** Reads what the test needs. Throws what `read` throws. */
export async function prepareSelfTest(manifest: Manifest, read: ReadFile): Promise<SelfTest> {
  // Published with --samples 0: all that can be tested is that the network runs.
  if (!manifest.samples?.length) return {run: detect => checkPlausible(manifest, detect)};
  const samples = parseSamples(new TextDecoder().decode(await read(SAMPLES)));
  const sample = samples.photos[0];
  if (!sample) return {run: detect => checkPlausible(manifest, detect)};
  const photo = new Blob([await read(SAMPLES_FOLDER + sample.file)]);
  return {
    async run(detect) {
      const {detections} = await detect(await openPhoto(photo));
      const differing = disagreements(detections, sample.detections, scoreThreshold(manifest));
      if (differing.length > 0) {
        throw new SelfTestFailed(
          `On its own sample photo version ${manifest.version} finds other things here than where it was made.`,
        );
      }
    },
  };
}

async function checkPlausible(
  manifest: Manifest,
  detect: (picture: ImageBitmap) => Promise<DetectResult>,
): Promise<void> {
  const {width, height} = manifest.input;
  const {detections} = await detect(await createImageBitmap(new ImageData(width, height)));
  const isPlausible = detections.every(
    ({classId, score, box}) =>
      classId < manifest.labels.length &&
      [score, box.ymin, box.xmin, box.ymax, box.xmax].every(Number.isFinite),
  );
  if (!isPlausible)
    throw new SelfTestFailed(`Version ${manifest.version} gives no sensible numbers on this phone.`);
}
