/** The artifacts of a version, as shown to app developers. */
import type {Artifact, Manifest, ManifestFile} from '../../gateway/manifest.ts';

/** One artifact of the version, in one format. */
export interface ArtifactInfo {
  readonly kind: string;
  readonly title: string;
  readonly purpose: string;
  readonly files: readonly ManifestFile[];
  readonly sizeBytes: number;
  readonly ap50: number | null;
  readonly minRuntime: string | null;
  /** Whether the gateway offers it for download; the SavedModel is only for TensorFlow Serving. */
  readonly isDownloadable: boolean;
}

/** A TFLite file that the examples can run. */
export interface TfliteFile extends ManifestFile {
  readonly kind: string;
  /** Type of the input tensor. */
  readonly dtype: string;
}

const DESCRIPTIONS: Readonly<Record<string, {title: string; purpose: string}>> = {
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
const ORDER = Object.keys(DESCRIPTIONS);

/** The artifacts of the version, the most popular formats first. */
export function listArtifacts(manifest: Manifest): ArtifactInfo[] {
  const rank = ({kind}: Artifact) => (ORDER.includes(kind) ? ORDER.indexOf(kind) : ORDER.length);
  return [...manifest.artifacts].sort((a, b) => rank(a) - rank(b)).map(describeArtifact);
}

function describeArtifact(artifact: Artifact): ArtifactInfo {
  const {kind, files} = artifact;
  return {
    kind,
    ...(DESCRIPTIONS[kind] ?? {title: kind, purpose: ''}),
    files,
    sizeBytes: files.reduce((sum, file) => sum + file.size_bytes, 0),
    ap50: artifact.ap50 ?? null,
    minRuntime: artifact.min_runtime ?? null,
    isDownloadable: kind !== 'saved_model',
  };
}

/** The version's TFLite files, the recommended one (16 bit) first. */
export function tfliteFiles(manifest: Manifest): TfliteFile[] {
  return [...manifest.artifacts]
    .filter(({kind}) => kind.startsWith('tflite_'))
    .sort((a, b) => ORDER.indexOf(a.kind) - ORDER.indexOf(b.kind))
    .flatMap(({kind, files, io_dtype}) =>
      files.slice(0, 1).map(file => ({...file, kind, dtype: io_dtype ?? 'float32'})),
    );
}

/** The last part of a path. */
export function fileName(path: string): string {
  return path.slice(path.lastIndexOf('/') + 1);
}

/** The name of a downloaded TFLite file: it contains the version, so that downloads do not overwrite each other. */
export function tfliteName({name, version}: Manifest, path: string): string {
  return `${name}-${version}-${fileName(path)}`;
}
