/** The page: one screen at a time, the tab bar, and notices about the page itself. */
import {useSignal} from '@preact/signals';
import type {ComponentType} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import {newerPage, switchToNewerPage} from '../storage/offline-page.ts';
import {KeyDialog} from './key-dialog.tsx';
import {shownScreen, TabBar, type Screen} from './screens.tsx';

export function App() {
  return (
    <>
      <a class="skip" href="#screen" onClick={skipToScreen}>
        Skip to the screen
      </a>
      <NewerPageNotice />
      <SecureContextNotice />
      <ShownScreen />
      <TabBar />
      <KeyDialog />
    </>
  );
}

function skipToScreen(event: Event): void {
  event.preventDefault(); // the part after # selects the screen
  document.getElementById('screen')?.focus();
}

/** Offers a newer build of the page; the old one stays until the person accepts. */
function NewerPageNotice() {
  if (newerPage.value === null) return null;
  return (
    <aside class="notice" aria-label="New version of this page">
      There is a newer version of this page.{' '}
      <button class="link" onClick={switchToNewerPage}>
        Use it
      </button>
    </aside>
  );
}

/** Says which features need HTTPS, when the page was loaded over plain http from another machine. */
function SecureContextNotice() {
  if (isSecureContext) return null;
  return (
    <aside class="notice" aria-label="Not over HTTPS">
      This page came over plain http. The camera, detection on the phone and the page without a network need
      HTTPS; a photo you choose is detected on the server. <a href="/lan">How to get HTTPS here</a>
    </aside>
  );
}

function ShownScreen() {
  const screen = shownScreen.value;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${screen.title} · Pocket Detector`;
    // Not on the first screen: a reader starts at the top of the page, as on any other.
    if (!first.current) main.current?.focus();
    first.current = false;
  }, [screen]);
  return (
    <main id="screen" class={`screen screen-${screen.id}`} tabIndex={-1} ref={main} aria-label={screen.title}>
      <Loaded key={screen.id} screen={screen} />
    </main>
  );
}

type Loading = {state: 'loading'} | {state: 'failed'} | {state: 'loaded'; Component: ComponentType};

function Loaded({screen}: {screen: Screen}) {
  const loading = useSignal<Loading>({state: 'loading'});
  useEffect(() => {
    screen.load().then(
      Component => (loading.value = {state: 'loaded', Component}),
      () => (loading.value = {state: 'failed'}),
    );
  }, [screen, loading]);
  switch (loading.value.state) {
    case 'loading':
      return <p class="quiet pad">Opening…</p>;
    case 'failed':
      return (
        <p class="notice bad" role="alert">
          This part of the page could not be fetched. Check the connection, then{' '}
          <button class="link" onClick={() => location.reload()}>
            load the page again
          </button>
          .
        </p>
      );
    case 'loaded':
      return <loading.value.Component />;
  }
}
