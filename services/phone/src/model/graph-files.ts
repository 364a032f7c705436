/** The TensorFlow.js files of a version, and how they are assembled for the engine. */
import type {Manifest, ManifestFile} from '../gateway/manifest.ts';
import type {GraphFiles} from './engine/protocol.ts';

const KIND = 'tfjs_graph_f16';
const TOPOLOGY = 'model.json';

/** The version was published without TensorFlow.js files. */
export class NoBrowserFiles extends Error {
  override readonly name = 'NoBrowserFiles';

  constructor(manifest: Manifest) {
    super(
      `Version ${manifest.version} was published without files for browsers. Detect on the server instead.`,
    );
  }
}

/** Throws NoBrowserFiles. */
export function graphFileList(manifest: Manifest): readonly ManifestFile[] {
  const artifact = manifest.artifacts.find(({kind}) => kind === KIND);
  if (!artifact) throw new NoBrowserFiles(manifest);
  return artifact.files;
}

/** Total size in bytes. Throws NoBrowserFiles. */
export function graphSize(manifest: Manifest): number {
  return graphFileList(manifest).reduce((sum, {size_bytes}) => sum + size_bytes, 0);
}

interface ModelJson {
  readonly weightsManifest: readonly {readonly paths: readonly string[]}[];
}

/** Assembles the graph from its files, keyed by their paths in the manifest. Throws an Error if one is missing. */
export async function graphFiles(
  manifest: Manifest,
  files: ReadonlyMap<string, ArrayBuffer>,
): Promise<GraphFiles> {
  const path = graphFileList(manifest).find(file => file.path.endsWith(`/${TOPOLOGY}`))?.path ?? TOPOLOGY;
  const get = (wanted: string) => {
    const content = files.get(wanted);
    if (!content) throw new Error(`${wanted} is missing`);
    return content;
  };
  const topology = get(path);
  const folder = path.slice(0, -TOPOLOGY.length);
  const {weightsManifest} = JSON.parse(new TextDecoder().decode(topology)) as ModelJson;
  const weights = weightsManifest.flatMap(({paths}) => paths).map(name => get(folder + name));
  const {width, height} = manifest.input;
  return {topology, weights: await new Blob(weights).arrayBuffer(), width, height};
}
