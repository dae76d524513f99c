// Tracks the progress of a calibration. Long batches take longer than short batches, so each stage has a weight.

import { type MapItems, mapItems } from "./map-items.ts";

export class RehearsalProgress {
  readonly #total: number;
  readonly #tell: (done: number) => void;
  readonly #map: MapItems;
  #ended = 0;

  /**
   * @param total total number of units over all stages
   * @param map maps over the items of a stage (default: sequentially)
   */
  constructor(total: number, tell: (done: number) => void, map: MapItems = mapItems) {
    this.#total = total;
    this.#tell = tell;
    this.#map = map;
  }

  /** Maps over `items` as a stage with weight `units`. */
  stage<Item, Result>(units: number, items: readonly Item[], each: (item: Item, index: number) => Result): Result[] {
    const results = this.#map(items, each, (n) => this.#tell((this.#ended + (units * n) / items.length) / this.#total));
    this.#ended += units;
    return results;
  }
}
