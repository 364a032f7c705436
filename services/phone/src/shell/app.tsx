/** The page: one screen at a time, and the bar to change it. */
import {useSignal} from '@preact/signals';
import type {ComponentType} from 'preact';
import {useEffect, useRef} from 'preact/hooks';

import {KeyDialog} from './key-dialog.tsx';
import {NewPage} from './new-page.tsx';
import {SecureContextNote} from './secure-context-note.tsx';
import {shown, type Screen} from './screens.ts';
import {TabBar} from './tab-bar.tsx';

export function App() {
  return (
    <>
      <a class="skip" href="#screen" onClick={skipToScreen}>
        Skip to the screen
      </a>
      <NewPage />
      <SecureContextNote />
      <ShownScreen />
      <TabBar />
      <KeyDialog />
    </>
  );
}

function skipToScreen(event: Event): void {
  event.preventDefault(); // the part after # says which screen it is
  document.getElementById('screen')?.focus();
}

function ShownScreen() {
  const screen = shown.value;
  const main = useRef<HTMLElement>(null);
  const first = useRef(true);
  useEffect(() => {
    document.title = `${screen.title} · Pocket Detector`;
    // Not on the way in: there the reader starts at the top as on any page.
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
