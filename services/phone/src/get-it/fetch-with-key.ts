/** Downloads of a gateway that asks for keys. */
import type {Manifest, ManifestFile} from '../gateway/manifest.ts';
import {download, downloadVerified} from '../model/download.ts';

/** Hands the file to the browser under `name`. Null when that went well; throws DamagedFile or GatewayProblem. */
export async function fetchWithKey(manifest: Manifest, file: ManifestFile, name: string): Promise<null> {
  // Browsers compute checksums over HTTPS only.
  const content = isSecureContext
    ? await downloadVerified(manifest, file)
    : await download(manifest, file.path);
  const address = URL.createObjectURL(new Blob([content], {type: 'application/octet-stream'}));
  const link = document.createElement('a');
  link.href = address;
  link.download = name;
  link.click();
  setTimeout(() => URL.revokeObjectURL(address), 60_000);
  return null;
}
