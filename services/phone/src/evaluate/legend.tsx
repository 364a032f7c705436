/** What the lines around things mean: told apart by form, not by colour alone. */
export function Legend() {
  return (
    <ul class="legend">
      <li>
        <span class="mark truth" aria-hidden="true" /> what a person marked
      </li>
      <li>
        <span class="mark right" aria-hidden="true" /> ✓ found
      </li>
      <li>
        <span class="mark wrong" aria-hidden="true" /> ✕ wrong
      </li>
      <li>
        <span class="mark missed" aria-hidden="true" /> ? missed
      </li>
    </ul>
  );
}
