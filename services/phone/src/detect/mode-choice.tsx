/** On this phone, on the server, or both. */
import {whyNotHere} from '../model/on-phone.ts';
import {chooseMode, mode, MODES} from './modes.ts';

export function ModeChoice() {
  const why = whyNotHere();
  return (
    <fieldset class="choice modes">
      <legend class="unseen">Where to detect</legend>
      {MODES.map(({id, title}) => (
        <label key={id}>
          <input
            type="radio"
            name="mode"
            value={id}
            checked={mode.value === id}
            disabled={why !== null && id !== 'server'}
            onChange={() => chooseMode(id)}
          />
          {title}
        </label>
      ))}
    </fieldset>
  );
}
