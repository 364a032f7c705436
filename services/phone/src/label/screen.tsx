/** The Label screen: own photos, boxes on them, and a zip for training. */
import './label.css';

import {useEffect} from 'preact/hooks';

import {navigate, route} from '../ui/route.ts';
import {collection} from './collection/collection.ts';
import {CollectionProblem} from './collection/photo-database.ts';
import {Editor} from './editor/editor.tsx';
import {ClassNamesForm} from './overview/class-names-form.tsx';
import {Overview} from './overview/overview.tsx';

export function LabelScreen() {
  useEffect(() => {
    const open = () => collection.open().catch(() => undefined); // the problem is in its state
    void open();
    const look = () => {
      if (document.visibilityState === 'visible') void collection.refresh();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const state = collection.state.value;
  if (state === 'closed') return <p class="quiet pad">Opening…</p>;
  if (state instanceof CollectionProblem) {
    return (
      <p class="notice bad" role="alert">
        {state.message}
      </p>
    );
  }
  if (collection.classes.value.length === 0) return <FirstNames />;
  const shown = collection.find(Number(route.value[1]));
  return (
    <>
      <Overview />
      {shown && <Editor key={shown.id} record={shown} onGo={go} />}
    </>
  );
}

/** Moves between photos without adding history entries, so that one step back leads to the overview. */
function go(id: number | null): void {
  if (id === null) navigate('label');
  else location.replace(`#/label/${id}`);
}

function FirstNames() {
  return (
    <div class="pad stack">
      <h1>Label</h1>
      <p>
        Show the detector what it should find. First: what are your two kinds of things called? You can change
        the names later; leave the second empty if there is only one.
      </p>
      <section class="card">
        <ClassNamesForm names={[]} boxes={[]} save="Go on" onSave={names => collection.rename(names)} />
      </section>
    </div>
  );
}
