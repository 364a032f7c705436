/** How sure the network must be for a thing to be shown. */
import {formatPercent} from '../ui/format.ts';
import {chooseThreshold, isOwnThreshold, ownThreshold, threshold} from './threshold.ts';

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
      <button class="link" disabled={isOwnThreshold.value} onClick={() => chooseThreshold(null)}>
        {ownThreshold.value === null ? 'Reset' : `Reset to ${formatPercent(ownThreshold.value)}`}
      </button>
    </div>
  );
}
