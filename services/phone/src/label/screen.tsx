/** Label: photos of one's own, boxes on them, and one zip to train on. */
import './label.css';

import {useEffect} from 'preact/hooks';

import {navigate, route} from '../ui/route.ts';
import {CollectionProblem} from './collection/problem.ts';
import {shelf} from './collection/shelf.ts';
import {Editor} from './editor/editor.tsx';
import {ClassNames} from './overview/class-names.tsx';
import {Overview} from './overview/overview.tsx';

export function LabelScreen() {
  useEffect(() => {
    const open = () => shelf.opened().catch(() => undefined); // what went wrong is in its state
    void open();
    const look = () => {
      if (document.visibilityState === 'visible') void shelf.refresh();
    };
    document.addEventListener('visibilitychange', look);
    return () => document.removeEventListener('visibilitychange', look);
  }, []);
  const state = shelf.state.value;
  if (state === 'closed') return <p class="quiet pad">Opening…</p>;
  if (state instanceof CollectionProblem) {
    return (
      <p class="notice bad" role="alert">
        {state.message}
      </p>
    );
  }
  if (shelf.classes.value.length === 0) return <FirstNames />;
  const shown = shelf.find(Number(route.value[1]));
  return (
    <>
      <Overview />
      {shown && <Editor key={shown.id} record={shown} onGo={go} />}
    </>
  );
}

/** From photo to photo there is one step back, to all of them. */
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
        <ClassNames names={[]} boxes={[]} save="Go on" onSave={names => shelf.rename(names)} />
      </section>
    </div>
  );
}
