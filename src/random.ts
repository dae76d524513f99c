// A seeded random generator that can be passed on, split and serialised; it is never global. The algorithm is sfc32 (Chris
// Doty-Humphrey, PractRand). The generator has 128 bits of state and uses only integer operations, so the same seed produces
// the same words on every machine.

/** The four state words of an Rng, enough to continue from where it stopped. */
export type RngState = readonly [number, number, number, number];

export class Rng {
  #a: number;
  #b: number;
  #c: number;
  #d: number;

  private constructor([a, b, c, d]: RngState) {
    this.#a = a | 0;
    this.#b = b | 0;
    this.#c = c | 0;
    this.#d = d | 0;
  }

  /** @param seed a safe integer; both its low and its high word are used */
  static fromSeed(seed: number): Rng {
    if (!Number.isSafeInteger(seed)) throw new RangeError(`seed: expected a safe integer, got ${seed}`);
    const rng = new Rng([seed | 0, Math.floor(seed / 2 ** 32) | 0, 0x9e3779b9, 1]);
    for (let i = 0; i < 16; i++) rng.uint32();
    return rng;
  }

  static fromState(state: RngState): Rng {
    return new Rng(state);
  }

  get state(): RngState {
    return [this.#a, this.#b, this.#c, this.#d];
  }

  /**
   * An independent generator for a named purpose. It depends only on the name and the state of `this`, which does not change.
   */
  split(name: string): Rng {
    let hash = 0x811c9dc5;
    for (let i = 0; i < name.length; i++) hash = Math.imul(hash ^ name.charCodeAt(i), 0x01000193);
    const child = new Rng([this.#a ^ hash, this.#b + Math.imul(hash, 0x85ebca6b), this.#c, this.#d ^ name.length]);
    for (let i = 0; i < 16; i++) child.uint32();
    return child;
  }

  /** An integer in [0, 2^32). */
  uint32(): number {
    const t = (((this.#a + this.#b) | 0) + this.#d) | 0;
    this.#d = (this.#d + 1) | 0;
    this.#a = this.#b ^ (this.#b >>> 9);
    this.#b = (this.#c + (this.#c << 3)) | 0;
    this.#c = (this.#c << 21) | (this.#c >>> 11);
    this.#c = (this.#c + t) | 0;
    return t >>> 0;
  }

  /** A float in [0, 1) with 53 random bits. */
  uniform(): number {
    return ((this.uint32() >>> 5) * 67108864 + (this.uint32() >>> 6)) / 9007199254740992;
  }

  /**
   * Returns a random number from the standard normal distribution (Box-Muller; the second number of each pair is dropped, so
   * that four words hold the whole state).
   */
  normal(): number {
    const radius = Math.sqrt(-2 * Math.log(1 - this.uniform()));
    return radius * Math.cos(2 * Math.PI * this.uniform());
  }

  /** An integer in [0, bound), without modulo bias. */
  integer(bound: number): number {
    if (!(Number.isInteger(bound) && bound > 0 && bound <= 2 ** 32)) {
      throw new RangeError(`bound: expected an integer in 1..2^32, got ${bound}`);
    }
    const limit = 2 ** 32 - (2 ** 32 % bound);
    for (;;) {
      const value = this.uint32();
      if (value < limit) return value % bound;
    }
  }

  /** Shuffles in place (Fisher-Yates) and returns its argument. */
  shuffle<T extends { length: number; [index: number]: unknown }>(items: T): T {
    for (let i = items.length - 1; i > 0; i--) {
      const j = this.integer(i + 1);
      const item = items[i];
      items[i] = items[j];
      items[j] = item;
    }
    return items;
  }
}
