/** Downloads one file to the phone. */
import {useSignal} from '@preact/signals';

import {apiKeysWanted} from '../../gateway/api-key.ts';
import {filePath, type Manifest, type ManifestFile} from '../../gateway/manifest.ts';
import {address} from '../../gateway/request.ts';
import {download, downloadVerified} from '../../model/download.ts';
import {errorMessage, formatBytes} from '../../ui/format.ts';
import {fileName, tfliteName} from './artifacts.ts';

interface DownloadButtonProps {
  readonly manifest: Manifest;
  readonly file: ManifestFile;
}

/** A plain link, which the browser can resume; with API keys the page downloads, as a link cannot send a header. */
export function DownloadButton({manifest, file}: DownloadButtonProps) {
  const failed = useSignal<string | null>(null);
  // TensorFlow.js files refer to each other by name, so they keep their names.
  const isTflite = file.path.endsWith('.tflite');
  const name = isTflite ? tfliteName(manifest, file.path) : fileName(file.path);
  const label = (
    <>
      Download <span class="unseen">{file.path}, </span>
      {formatBytes(file.size_bytes)}
    </>
  );
  if (!apiKeysWanted.value) {
    return (
      <a class="button" href={address(filePath(manifest, file.path))} download={name}>
        {label}
      </a>
    );
  }
  const onClick = async () => {
    failed.value = await fetchWithKey(manifest, file, name).catch(errorMessage);
  };
  return (
    <>
      <button class="button" onClick={onClick}>
        {label}
      </button>
      {failed.value !== null && (
        <p class="notice bad" role="alert">
          {failed.value}
        </p>
      )}
    </>
  );
}

/** Downloads with the API key and saves the file as `name`. Null on success; throws DamagedFile or GatewayProblem. */
async function fetchWithKey(manifest: Manifest, file: ManifestFile, name: string): Promise<null> {
  // Browsers offer checksums only over HTTPS.
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
