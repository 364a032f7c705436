/** One file to the phone's downloads. */
import {useSignal} from '@preact/signals';

import {apiKeysWanted} from '../gateway/api-key.ts';
import {filePath, type Manifest, type ManifestFile} from '../gateway/manifest.ts';
import {address} from '../gateway/request.ts';
import {errorMessage, formatBytes} from '../ui/format.ts';
import {fileName, tfliteName} from './examples/context.ts';
import {fetchWithKey} from './fetch-with-key.ts';

interface DownloadButtonProps {
  readonly manifest: Manifest;
  readonly file: ManifestFile;
}

/** A plain link, which the browser can resume; where keys are wanted the page fetches, as a link carries none. */
export function DownloadButton({manifest, file}: DownloadButtonProps) {
  const failed = useSignal<string | null>(null);
  // Files of tfjs name each other.
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
