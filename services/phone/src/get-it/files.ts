/** The files of a version as an app developer chooses among them. */
import type {Artifact, Manifest, ManifestFile} from '../gateway/manifest.ts';

/** One kind of model of the version. */
export interface Kind {
  readonly kind: string;
  readonly title: string;
  readonly purpose: string;
  readonly files: readonly ManifestFile[];
  readonly sizeBytes: number;
  readonly ap50: number | null;
  readonly minRuntime: string | null;
  /** Whether the gateway hands it out: the SavedModel is TensorFlow Serving's alone. */
  readonly served: boolean;
}

/** A TFLite file that the examples can run. */
export interface TfliteFile extends ManifestFile {
  readonly kind: string;
  /** Type of the input tensor. */
  readonly dtype: string;
}

const DESCRIBED: Readonly<Record<string, {title: string; purpose: string}>> = {
  tflite_f16: {
    title: 'TFLite, 16 bit',
    purpose: 'Android, iOS and desktop. Half the size, the same answers.',
  },
  tflite_f32: {title: 'TFLite, 32 bit', purpose: 'Android, iOS and desktop. The server’s own numbers.'},
  tflite_int8: {title: 'TFLite, 8 bit', purpose: 'Android, iOS and desktop. The smallest; compare its AP50.'},
  tfjs_graph_f16: {title: 'TensorFlow.js', purpose: 'Browsers and Node: tf.loadGraphModel.'},
  tfjs_layers: {
    title: 'TensorFlow.js, trainable',
    purpose: 'The network to train further: tf.loadLayersModel. Its outputs are raw.',
  },
  saved_model: {
    title: 'SavedModel',
    purpose: 'TensorFlow Serving. It stays in the store and is not downloaded here.',
  },
};
const ORDER = Object.keys(DESCRIBED);

/** The kinds of the version, the ones most often wanted first. */
export function kindsOf(manifest: Manifest): Kind[] {
  const place = ({kind}: Artifact) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return [...manifest.artifacts].sort((a, b) => place(a) - place(b)).map(kindOf);
}

function kindOf(artifact: Artifact): Kind {
  const {kind, files} = artifact;
  return {
    kind,
    ...(DESCRIBED[kind] ?? {title: kind, purpose: ''}),
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.size_bytes, 0),
    ap50: artifact.ap50 ?? null,
    minRuntime: artifact.min_runtime ?? null,
    served: kind !== 'saved_model',
  };
}

/** The version's TFLite files, the one to begin with first: half the size of 32 bit with the same answers. */
export function tfliteFiles(manifest: Manifest): TfliteFile[] {
  return [...manifest.artifacts]
    .filter(({kind}) => kind.startsWith('tflite_'))
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .flatMap(({kind, files, io_dtype}) =>
      files.slice(0, 1).map(file => ({...file, kind, dtype: io_dtype ?? 'float32'})),
    );
}
