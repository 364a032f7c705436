/** Which keys there are, for those at a keyboard. */
import {KEYS} from '../editor/keyboard.ts';

export function KeysCard() {
  return (
    <details class="keys small">
      <summary>Keys while drawing boxes</summary>
      <dl>
        {KEYS.map(([keys, meaning]) => (
          <div key={keys}>
            <dt>{keys}</dt>
            <dd>{meaning}</dd>
          </div>
        ))}
      </dl>
    </details>
  );
}
