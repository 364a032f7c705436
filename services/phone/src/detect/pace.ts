/** How many frames a second, over the last ones. */
const FRAMES = 20;

export class Pace {
  readonly #ends: number[] = [];

  /** Note that a frame was done at `now`, milliseconds; returns frames a second, or null before the second one. */
  tick(now: number): number | null {
    this.#ends.push(now);
    if (this.#ends.length > FRAMES) this.#ends.shift();
    const spent = now - this.#ends[0]!;
    return spent > 0 ? ((this.#ends.length - 1) * 1000) / spent : null;
  }
}
