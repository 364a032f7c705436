/** The files of the version by artifact, with sizes and checksums. */
import type {Manifest, ManifestFile} from '../../gateway/manifest.ts';
import {CopyButton} from '../../ui/copy-button.tsx';
import {formatBytes} from '../../ui/format.ts';
import {listArtifacts, type ArtifactInfo} from './artifacts.ts';
import {DownloadButton} from './download-button.tsx';

export function FileList({manifest}: {manifest: Manifest}) {
  return (
    <section class="stack" aria-labelledby="files">
      <h2 id="files">Files</h2>
      {listArtifacts(manifest).map(artifact => (
        <ArtifactCard key={artifact.kind} manifest={manifest} artifact={artifact} />
      ))}
    </section>
  );
}

function ArtifactCard({manifest, artifact}: {manifest: Manifest; artifact: ArtifactInfo}) {
  return (
    <article class="card kind" aria-label={artifact.title}>
      <h3>{artifact.title}</h3>
      <p>{artifact.purpose}</p>
      <dl class="facts numbers">
        <dt>Size</dt>
        <dd>{formatBytes(artifact.sizeBytes)}</dd>
        {artifact.ap50 !== null && (
          <>
            <dt>AP50</dt>
            <dd>{artifact.ap50.toFixed(3)}</dd>
          </>
        )}
        {artifact.minRuntime !== null && (
          <>
            <dt>Runs with</dt>
            <dd>{artifact.minRuntime} or newer</dd>
          </>
        )}
      </dl>
      {artifact.isDownloadable && (
        <ul class="files">
          {artifact.files.map(file => (
            <File key={file.path} manifest={manifest} file={file} />
          ))}
        </ul>
      )}
    </article>
  );
}

function File({manifest, file}: {manifest: Manifest; file: ManifestFile}) {
  return (
    <li>
      <code class="path">{file.path}</code>
      <span class="checksum">
        <span class="quiet small">sha256</span> <code title={file.sha256}>{file.sha256.slice(0, 12)}…</code>
        <CopyButton text={file.sha256} what={`the checksum of ${file.path}`} />
      </span>
      <DownloadButton manifest={manifest} file={file} />
    </li>
  );
}
