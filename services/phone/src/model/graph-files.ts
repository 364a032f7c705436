/** Which files of a version run in a browser, and how they become one network. */
import type {Manifest, ManifestFile} from '../gateway/manifest.ts';
import type {GraphFiles} from './engine/protocol.ts';

const KIND = 'tfjs_graph_f16';
const TOPOLOGY = 'model.json';

/** The version has no files for browsers. */
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

/** Bytes of all of them. Throws NoBrowserFiles. */
export function graphSize(manifest: Manifest): number {
  return graphFileList(manifest).reduce((sum, {size_bytes}) => sum + size_bytes, 0);
}

interface ModelJson {
  readonly weightsManifest: readonly {readonly paths: readonly string[]}[];
}

/** The network from its files, by their paths in the manifest. Throws an Error when one is missing. */
export async function graphFiles(
  manifest: Manifest,
  files: ReadonlyMap<string, ArrayBuffer>,
): Promise<GraphFiles> {
  const path = graphFileList(manifest).find(file => file.path.endsWith(`/${TOPOLOGY}`))?.path ?? TOPOLOGY;
  const take = (wanted: string) => {
    const content = files.get(wanted);
    if (!content) throw new Error(`${wanted} is missing`);
    return content;
  };
  const topology = take(path);
  const folder = path.slice(0, -TOPOLOGY.length);
  const {weightsManifest} = JSON.parse(new TextDecoder().decode(topology)) as ModelJson;
  const weights = weightsManifest.flatMap(({paths}) => paths).map(name => take(folder + name));
  const {width, height} = manifest.input;
  return {topology, weights: await new Blob(weights).arrayBuffer(), width, height};
}
