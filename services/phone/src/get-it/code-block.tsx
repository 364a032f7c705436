/** A program to read and to copy. */
import {CopyButton} from '../ui/copy-button.tsx';
import type {Example} from './examples/context.ts';

export function CodeBlock({example}: {example: Example}) {
  return (
    <article class="example" aria-label={example.title}>
      <div class="title">
        <h3>{example.title}</h3>
        <CopyButton text={example.code} what={`the example “${example.title}”`} />
      </div>
      {example.needs !== '' && <pre class="needs">{example.needs}</pre>}
      {/* Long lines are scrolled, by keyboard too. */}
      <pre tabIndex={0} role="region" aria-label={`Code: ${example.title}`}>
        <code data-example={example.id}>{example.code}</code>
      </pre>
    </article>
  );
}
