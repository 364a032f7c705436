/** Example programs that use the version, in the chosen language. */
import {useSignal} from '@preact/signals';
import {useEffect} from 'preact/hooks';

import {apiKeysWanted} from '../../gateway/api-key.ts';
import type {Manifest} from '../../gateway/manifest.ts';
import {address} from '../../gateway/request.ts';
import {CopyButton} from '../../ui/copy-button.tsx';
import {tfliteFiles} from '../files/artifacts.ts';
import {chapters, type Chapter} from './chapters.ts';
import {trustAuthority} from './command-line.ts';
import type {Example} from './example.ts';

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

/** Explains how programs trust the server's own certificate authority, which browsers do not share with them. */
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

/** One example with a copy button. */
function CodeBlock({example}: {example: Example}) {
  return (
    <article class="example" aria-label={example.title}>
      <div class="title">
        <h3>{example.title}</h3>
        <CopyButton text={example.code} what={`the example “${example.title}”`} />
      </div>
      {example.needs !== '' && <pre class="needs">{example.needs}</pre>}
      {/* Focusable, so that long lines can be scrolled with the keyboard. */}
      <pre tabIndex={0} role="region" aria-label={`Code: ${example.title}`}>
        <code data-example={example.id}>{example.code}</code>
      </pre>
    </article>
  );
}

const AUTHORITY = 'lan/authority.pem';

/** Whether the gateway's certificate is from its own authority; false over plain http or when it cannot be told. */
async function hasOwnAuthority(): Promise<boolean> {
  if (location.protocol !== 'https:') return false;
  try {
    return (await fetch(address(AUTHORITY), {method: 'HEAD'})).ok;
  } catch {
    return false;
  }
}
