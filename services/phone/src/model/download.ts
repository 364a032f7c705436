/** Downloads files of a version and verifies their checksums. */
import {filePath, type Manifest, type ManifestFile} from '../gateway/manifest.ts';
import {unreachable} from '../gateway/problem.ts';
import {ask} from '../gateway/request.ts';
import {sha256} from '../storage/checksum.ts';

/** The content does not match the size and checksum in the manifest. */
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
  /** Called with the number of bytes received since the last call. */
  readonly onBytes?: (count: number) => void;
  /** How the browser may use its HTTP cache. */
  readonly cache?: RequestCache;
}

/**
 * The file's content, verified against its size and SHA-256.
 *
 * Throws DamagedFile, GatewayProblem, or AbortError.
 */
export async function downloadVerified(
  manifest: Manifest,
  file: ManifestFile,
  options: DownloadOptions = {},
): Promise<ArrayBuffer> {
  const content = await download(manifest, file.path, options);
  if (await isIntact(file, content)) return content;
  // The browser caches these files as immutable: a damaged copy would be served from its cache forever.
  const again = await download(manifest, file.path, {...options, cache: 'reload'});
  await verify(file, again);
  return again;
}

/** Throws DamagedFile if the content does not match. */
export async function verify(file: ManifestFile, content: ArrayBuffer): Promise<void> {
  if (!(await isIntact(file, content))) throw new DamagedFile(file.path);
}

async function isIntact(file: ManifestFile, content: ArrayBuffer): Promise<boolean> {
  return content.byteLength === file.size_bytes && (await sha256(content)) === file.sha256;
}

/** The content of a file, not verified. Throws GatewayProblem or AbortError. */
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
    if (fault instanceof TypeError) throw unreachable(); // the connection broke during the download
    throw fault;
  }
  return new Blob(parts).arrayBuffer();
}
