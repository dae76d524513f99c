// Tracks how much of a calibration is done. Long batches take longer than short ones, so each stage has a weight.

export class RehearsalProgress {
  readonly #total: number;
  readonly #tell: (done: number) => void;
  #ended = 0;

  /** @param total sum of the units of all stages */
  constructor(total: number, tell: (done: number) => void) {
    this.#total = total;
    this.#tell = tell;
  }

  /** Maps `items`, one after another, as a stage whose weight is `units`. */
  stage<Item, Result>(units: number, items: readonly Item[], each: (item: Item, index: number) => Result): Result[] {
    const results = items.map((item, i) => {
      const result = each(item, i);
      this.#tell((this.#ended + (units * (i + 1)) / items.length) / this.#total);
      return result;
    });
    this.#ended += units;
    return results;
  }
}
