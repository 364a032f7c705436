/** Get it: the files of the version for other people's apps, and programs that use them. */
import './get-it.css';

import {useEffect} from 'preact/hooks';

import type {Manifest} from '../gateway/manifest.ts';
import {formatDate} from '../ui/format.ts';
import {Problem} from '../ui/problem.tsx';
import {ExamplesSection} from './examples-section.tsx';
import {FactsCard} from './facts-card.tsx';
import {FileList} from './file-list.tsx';
import {ask, offered} from './version.ts';

export function GetItScreen() {
  useEffect(() => void ask(), []);
  const now = offered.value;
  return (
    <div class="get-it pad stack">
      <header>
        <h1>Get it</h1>
        <p class="quiet">The model for apps of your own: on the device, or by asking this server.</p>
      </header>
      {now.state === 'asking' && <p class="quiet">Asking the server…</p>}
      {now.state === 'failed' && <Problem message={now.message} onRetry={() => void ask()} />}
      {now.state === 'known' && (
        <>
          {now.away !== null && (
            <p class="notice">{now.away} This is the version on this phone; downloads need the server.</p>
          )}
          <Version manifest={now.manifest} />
        </>
      )}
    </div>
  );
}

function Version({manifest}: {manifest: Manifest}) {
  const {name, version, created, metrics} = manifest;
  return (
    <>
      <p>
        <strong>
          {name}, version {version}
        </strong>{' '}
        of {formatDate(created)}
        {metrics?.ap50 !== undefined && `, AP50\u00a0${metrics.ap50.toFixed(3)}`}
      </p>
      <ExamplesSection manifest={manifest} />
      <FactsCard manifest={manifest} />
      <FileList manifest={manifest} />
    </>
  );
}
