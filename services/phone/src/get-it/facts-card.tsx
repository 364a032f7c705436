/** What an app gives the model and what it gets back. */
import {scoreThreshold, type Manifest} from '../gateway/manifest.ts';

export function FactsCard({manifest}: {manifest: Manifest}) {
  const {input, labels, outputs} = manifest;
  return (
    <section class="card" aria-labelledby="contract">
      <h2 id="contract">What goes in, what comes out</h2>
      <dl class="facts">
        <dt>Photo</dt>
        <dd>
          upright, RGB, stretched to {input.width} × {input.height} (no letterbox), values 0 to 255
        </dd>
        <dt>Outputs</dt>
        <dd>
          {(outputs['tflite'] ?? []).map((name, place) => (
            <span key={name}>
              {place > 0 && ', '}
              <code>{name}</code>
            </span>
          ))}
          , in this order, best first
        </dd>
        <dt>Boxes</dt>
        <dd>ymin, xmin, ymax, xmax from 0 to 1 of the upright photo</dd>
        <dt>Classes</dt>
        <dd>{labels.map((label, id) => `${id} ${label}`).join(', ')}</dd>
        <dt>Threshold</dt>
        <dd>show scores of {scoreThreshold(manifest)} or more</dd>
      </dl>
    </section>
  );
}
