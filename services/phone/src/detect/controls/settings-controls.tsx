/** The controls for the mode and the threshold, and a line that says where photos go. */
import {unsupportedReason} from '../../model/shared-model.ts';
import {formatPercent} from '../../ui/format.ts';
import {
  chooseMode,
  chooseThreshold,
  defaultThreshold,
  isDefaultThreshold,
  mode,
  MODES,
  threshold,
  usesServer,
} from '../session/settings.ts';

export function ModeChoice() {
  const why = unsupportedReason();
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

const TO_SERVER =
  'Photos go to your server, made small and without place or time. Only HEIC that this browser cannot open goes whole.';

export function PrivacyLine() {
  return (
    <p class="privacy small">
      <svg class="icon" viewBox="0 0 24 24" aria-hidden="true">
        {usesServer.value ? (
          <path d="M12 16V5M8 9l4-4 4 4M5 19h14" />
        ) : (
          <path d="M7 11V8a5 5 0 0 1 10 0v3M6 11h12a1 1 0 0 1 1 1v7a1 1 0 0 1-1 1H6a1 1 0 0 1-1-1v-7a1 1 0 0 1 1-1Z" />
        )}
      </svg>
      {usesServer.value ? TO_SERVER : 'Nothing leaves this phone.'}
    </p>
  );
}

export function ThresholdSlider() {
  const value = threshold.value;
  return (
    <div class="threshold">
      <label for="threshold">
        At least <output class="numbers">{value === null ? '…' : formatPercent(value)}</output> sure
      </label>
      <input
        id="threshold"
        type="range"
        min="1"
        max="99"
        step="1"
        disabled={value === null}
        value={value === null ? 50 : value * 100}
        aria-valuetext={value === null ? 'not known yet' : formatPercent(value)}
        onInput={event => chooseThreshold(event.currentTarget.valueAsNumber / 100)}
      />
      <button class="link" disabled={isDefaultThreshold.value} onClick={() => chooseThreshold(null)}>
        {defaultThreshold.value === null ? 'Reset' : `Reset to ${formatPercent(defaultThreshold.value)}`}
      </button>
    </div>
  );
}
