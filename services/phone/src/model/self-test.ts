/** Whether a version finds on this phone what it found where it was made: on its first sample photo. */
import {type Manifest, SAMPLES, SAMPLES_FOLDER, scoreThreshold} from '../gateway/manifest.ts';
import {parseSamples} from '../gateway/samples.ts';
import {disagreements} from '../metrics/agreement.ts';
import {openPhoto} from '../vision/photo.ts';
import type {Found} from './engine/protocol.ts';

/** The version does not give on this phone what it should. */
export class SelfTestFailed extends Error {
  override readonly name = 'SelfTestFailed';
}

/** A photo and what the version finds in it, or nothing when it was published without samples. */
export interface SelfTest {
  readonly run: (detect: (picture: ImageBitmap) => Promise<Found>) => Promise<void>;
}

/** What the test needs of the version: a file by its path. */
export type ReadFile = (path: string) => Promise<ArrayBuffer>;

/** Throws what `read` throws. */
export async function prepareSelfTest(manifest: Manifest, read: ReadFile): Promise<SelfTest> {
  // --samples 0: the network can only be seen to run.
  if (!manifest.samples?.length) return {run: detect => runsAtAll(manifest, detect)};
  const samples = parseSamples(new TextDecoder().decode(await read(SAMPLES)));
  const sample = samples.photos[0];
  if (!sample) return {run: detect => runsAtAll(manifest, detect)};
  const photo = new Blob([await read(SAMPLES_FOLDER + sample.file)]);
  return {
    async run(detect) {
      const {detections} = await detect(await openPhoto(photo));
      const wrong = disagreements(detections, sample.detections, scoreThreshold(manifest));
      if (wrong.length > 0) {
        throw new SelfTestFailed(
          `On its own sample photo version ${manifest.version} finds other things here than where it was made.`,
        );
      }
    },
  };
}

async function runsAtAll(
  manifest: Manifest,
  detect: (picture: ImageBitmap) => Promise<Found>,
): Promise<void> {
  const {width, height} = manifest.input;
  const {detections} = await detect(await createImageBitmap(new ImageData(width, height)));
  const sound = detections.every(
    ({classId, score, box}) =>
      classId < manifest.labels.length &&
      [score, box.ymin, box.xmin, box.ymax, box.xmax].every(Number.isFinite),
  );
  if (!sound)
    throw new SelfTestFailed(`Version ${manifest.version} gives no sensible numbers on this phone.`);
}
