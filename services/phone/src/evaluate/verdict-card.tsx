/** The verdict: one sentence, and what it rests on. */
import type {Trust, Verdict} from './verdict.ts';

/** A sign beside the colour. */
const SIGNS: Readonly<Record<Trust, string>> = {
  good: 'M5 12.5l4.5 4.5L19 7.5',
  mixed: 'M12 6v7M12 17.5v.01',
  poor: 'M6 6l12 12M18 6L6 18',
  differs: 'M5 9h14M5 15h14M16 5L8 19',
  unknown: 'M9 9a3 3 0 1 1 4.5 2.6c-1 .6-1.5 1.2-1.5 2.4M12 17.5v.01',
};

export function VerdictCard({verdict}: {verdict: Verdict}) {
  return (
    <section class={`card verdict ${verdict.trust}`} role="status" aria-label="Verdict">
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        <path d={SIGNS[verdict.trust]} />
      </svg>
      <div>
        <h2>{verdict.headline}</h2>
        <ul>
          {verdict.reasons.map(reason => (
            <li key={reason}>{reason}</li>
          ))}
        </ul>
      </div>
    </section>
  );
}
