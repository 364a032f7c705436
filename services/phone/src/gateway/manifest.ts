/** manifest.json of a version, as far as the page reads it. Metrics that were not measured are absent. */

export interface ManifestFile {
  /** Relative to the version's folder under artifacts/. */
  readonly path: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  readonly size_bytes: number;
}

export interface Artifact {
  readonly kind: string;
  readonly files: readonly ManifestFile[];
  readonly ap50?: number;
  readonly parity_max_box?: number;
  readonly parity_max_score?: number;
  readonly io_dtype?: string;
  readonly min_runtime?: string;
}

export interface Manifest {
  readonly schema: string;
  readonly name: string;
  readonly version: number;
  readonly created: string;
  readonly labels: readonly string[];
  readonly input: {
    readonly width: number;
    readonly height: number;
    readonly dtype: string;
    readonly range: readonly number[];
  };
  /** Output names, in the order in which each runtime returns them. */
  readonly outputs: Readonly<Record<string, readonly string[]>>;
  readonly score_threshold?: number;
  readonly metrics?: {
    readonly ap50?: number;
    readonly ap?: number;
    readonly false_positives_per_empty_photo?: number;
    readonly photos?: number;
  };
  readonly artifacts: readonly Artifact[];
  readonly samples?: readonly ManifestFile[];
}

/** A new store reuses version numbers: the creation time tells such versions apart. */
export function isSameVersion(one: Manifest, other: Manifest): boolean {
  return one.name === other.name && one.version === other.version && one.created === other.created;
}

/** The gateway's default for versions published without a measured threshold. */
const UNMEASURED_THRESHOLD = 0.5;

/** The score below which detections are not shown by default. */
export function scoreThreshold(manifest: Manifest): number {
  return manifest.score_threshold ?? UNMEASURED_THRESHOLD;
}

/** The URL of a version's file, relative to the page. */
export function filePath(manifest: Manifest, path: string): string {
  const escaped = path.split('/').map(encodeURIComponent).join('/');
  return `v1/models/${encodeURIComponent(manifest.name)}/versions/${manifest.version}/files/${escaped}`;
}

/** The folder of the sample photos in a version's artifacts. */
export const SAMPLES_FOLDER = 'report/samples/';
/** Ground truth of the sample photos, and the version's own detections at the time of training. */
export const SAMPLES = `${SAMPLES_FOLDER}samples.json`;
/** The training log, one event per line. */
export const HISTORY = 'report/history.jsonl';
