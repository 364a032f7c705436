/** Programs that use the version, in the language somebody chooses. */
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {apiKeysWanted} from '../gateway/api-key.ts';
import type {Manifest} from '../gateway/manifest.ts';
import {address} from '../gateway/request.ts';
import {AUTHORITY, hasOwnAuthority} from './authority.ts';
import {CodeBlock} from './code-block.tsx';
import {chapters, type Chapter} from './examples/chapters.ts';
import {trustAuthority} from './examples/trust.ts';
import {tfliteFiles} from './files.ts';

export function ExamplesSection({manifest}: {manifest: Manifest}) {
  const files = tfliteFiles(manifest);
  const kind = useSignal(files[0]?.kind);
  const language = useSignal('curl');
  const tflite = files.find(file => file.kind === kind.value) ?? files[0];
  if (!tflite) return null;
  const origin = address('.').replace(/\/$/, '');
  const all = chapters({manifest, origin, tflite, keys: apiKeysWanted.value});
  const chapter = all.find(({id}) => id === language.value);
  return (
    <section class="stack" aria-labelledby="examples">
      <h2 id="examples">Use it in your app</h2>
      <Choice
        name="TFLite file"
        options={files.map(file => ({id: file.kind, title: file.kind.replace('tflite_', '')}))}
        chosen={tflite.kind}
        onChoose={chosen => (kind.value = chosen)}
      />
      <Choice
        name="Language"
        options={all}
        chosen={language.value}
        onChoose={chosen => (language.value = chosen)}
      />
      <Trust />
      {apiKeysWanted.value && (
        <p class="notice">
          This server asks for an API key. The examples read it from API_KEY, or have a place for it; your own
          key is not in them.
        </p>
      )}
      {chapter && <Programs chapter={chapter} />}
    </section>
  );
}

function Programs({chapter}: {chapter: Chapter}) {
  return (
    <div class="card stack">
      {chapter.note !== '' && <p class="quiet">{chapter.note}</p>}
      {chapter.examples.map(example => (
        <CodeBlock key={example.id} example={example} />
      ))}
    </div>
  );
}

/** Browsers were told of the server's own authority when it was installed; programs have to be told too. */
function Trust() {
  const needed = useSignal(false);
  useEffect(() => {
    void hasOwnAuthority().then(found => (needed.value = found));
  }, [needed]);
  if (!needed.value) return null;
  return (
    <div class="card stack">
      <p>
        This server’s certificate is from an authority of its own. For programs, fetch{' '}
        <a href={address(AUTHORITY)}>the authority</a> once.
      </p>
      <CodeBlock example={trustAuthority()} />
    </div>
  );
}

interface ChoiceProps {
  readonly name: string;
  readonly options: readonly {readonly id: string; readonly title: string}[];
  readonly chosen: string;
  readonly onChoose: (id: string) => void;
}

function Choice({name, options, chosen, onChoose}: ChoiceProps) {
  return (
    <div class="chosen">
      <span class="quiet small" aria-hidden="true">
        {name}
      </span>
      <fieldset class="choice">
        <legend class="unseen">{name}</legend>
        {options.map(({id, title}) => (
          <label key={id}>
            <input type="radio" name={name} checked={id === chosen} onChange={() => onChoose(id)} />
            {title}
          </label>
        ))}
      </fieldset>
    </div>
  );
}
