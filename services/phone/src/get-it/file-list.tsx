/** The files of the version, kind by kind, with sizes and checksums. */
import type {Manifest, ManifestFile} from '../gateway/manifest.ts';
import {CopyButton} from '../ui/copy-button.tsx';
import {formatBytes} from '../ui/format.ts';
import {DownloadButton} from './download-button.tsx';
import {kindsOf, type Kind} from './files.ts';

export function FileList({manifest}: {manifest: Manifest}) {
  return (
    <section class="stack" aria-labelledby="files">
      <h2 id="files">Files</h2>
      {kindsOf(manifest).map(kind => (
        <KindCard key={kind.kind} manifest={manifest} kind={kind} />
      ))}
    </section>
  );
}

function KindCard({manifest, kind}: {manifest: Manifest; kind: Kind}) {
  return (
    <article class="card kind" aria-label={kind.title}>
      <h3>{kind.title}</h3>
      <p>{kind.purpose}</p>
      <dl class="facts numbers">
        <dt>Size</dt>
        <dd>{formatBytes(kind.sizeBytes)}</dd>
        {kind.ap50 !== null && (
          <>
            <dt>AP50</dt>
            <dd>{kind.ap50.toFixed(3)}</dd>
          </>
        )}
        {kind.minRuntime !== null && (
          <>
            <dt>Runs with</dt>
            <dd>{kind.minRuntime} or newer</dd>
          </>
        )}
      </dl>
      {kind.served && (
        <ul class="files">
          {kind.files.map(file => (
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
