/** Files of a version, checked before anybody sees them. */
import {filePath, type Manifest, type ManifestFile} from '../gateway/manifest.ts';
import {unreachable} from '../gateway/problem.ts';
import {ask} from '../gateway/request.ts';
import {sha256} from '../storage/checksum.ts';

/** What came is not what the manifest describes. */
export class DamagedFile extends Error {
  override readonly name = 'DamagedFile';

  constructor(path: string) {
    super(
      `${path} arrived damaged and was not used. Try again; if it stays so, the server's copy is broken.`,
    );
  }
}

export interface DownloadOptions {
  readonly signal?: AbortSignal | undefined;
  /** Called with the number of bytes that arrived since the last call. */
  readonly onBytes?: (count: number) => void;
  /** Whether the browser may answer from its own cache. */
  readonly cache?: RequestCache;
}

/**
 * The file's content, checked against its size and sha256.
 *
 * Throws DamagedFile, GatewayProblem, or AbortError.
 */
export async function downloadChecked(
  manifest: Manifest,
  file: ManifestFile,
  options: DownloadOptions = {},
): Promise<ArrayBuffer> {
  const content = await download(manifest, file.path, options);
  if (await isSound(file, content)) return content;
  // The browser keeps these files for good: what came damaged once would come from its cache for ever.
  const again = await download(manifest, file.path, {...options, cache: 'reload'});
  await check(file, again);
  return again;
}

/** Throws DamagedFile. */
export async function check(file: ManifestFile, content: ArrayBuffer): Promise<void> {
  if (!(await isSound(file, content))) throw new DamagedFile(file.path);
}

async function isSound(file: ManifestFile, content: ArrayBuffer): Promise<boolean> {
  return content.byteLength === file.size_bytes && (await sha256(content)) === file.sha256;
}

/** The content of a file that the manifest does not list, as it comes. Throws GatewayProblem or AbortError. */
export async function download(
  manifest: Manifest,
  path: string,
  {signal, onBytes, cache}: DownloadOptions = {},
): Promise<ArrayBuffer> {
  const response = await ask(filePath(manifest, path), {...(signal && {signal}), ...(cache && {cache})});
  const parts: Uint8Array<ArrayBuffer>[] = [];
  try {
    const reader = response.body?.getReader();
    for (let part = await reader?.read(); part && !part.done; part = await reader?.read()) {
      parts.push(part.value);
      onBytes?.(part.value.byteLength);
    }
  } catch (fault) {
    signal?.throwIfAborted();
    if (fault instanceof TypeError) throw unreachable(); // cut off half-way
    throw fault;
  }
  return new Blob(parts).arrayBuffer();
}
