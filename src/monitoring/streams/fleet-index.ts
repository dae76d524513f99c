// A store's streams as listed by a service, kept in memory. Reading the last batches of 20,000 streams takes seconds, so an
// index reads them once and, after that, reads only those of streams that have changed.
import { setImmediate } from "node:timers/promises";
import { naturalOrder } from "../../natural-order.ts";
import type { StreamStore } from "../../storage/stream-store.ts";
import { type IndexedStream, indexedStream, listedBatches } from "./stream-list.ts";

/** Number of streams to read at a time; in between, the process can do other work. */
const readAtOnce = 100;

export class FleetIndex {
  readonly #store: Pick<StreamStore, "fleet" | "fleetMarks">;
  readonly #known = new Map<string, { readonly mark: string; readonly own: IndexedStream }>();
  /** Sorted by name. */
  #streams: readonly IndexedStream[] = [];
  #reading: Promise<unknown> = Promise.resolve();
  #next: Promise<readonly IndexedStream[]> | undefined;

  constructor(store: Pick<StreamStore, "fleet" | "fleetMarks">) {
    this.#store = store;
  }

  /** All streams, reflecting every change stored before the call, sorted by name. Simultaneous calls share one read. */
  streams(): Promise<readonly IndexedStream[]> {
    this.#next ??= this.#reading.then(() => {
      this.#next = undefined;
      const reading = this.#read();
      this.#reading = reading.catch(() => {});
      return reading;
    });
    return this.#next;
  }

  async #read(): Promise<readonly IndexedStream[]> {
    const marks = await this.#store.fleetMarks();
    const gone = [...this.#known.keys()].filter((name) => !marks.has(name));
    for (const name of gone) this.#known.delete(name);
    const changed = [...marks.keys()].filter((name) => this.#known.get(name)?.mark !== marks.get(name));
    for (let i = 0; i < changed.length; i += readAtOnce) {
      const streams = changed.slice(i, i + readAtOnce);
      for (const name of streams) this.#known.delete(name);
      for (const overview of await this.#store.fleet({ latest: listedBatches, streams })) {
        this.#known.set(overview.stream, { mark: marks.get(overview.stream)!, own: indexedStream(overview) });
      }
      await setImmediate();
    }
    if (gone.length + changed.length > 0) {
      this.#streams = [...this.#known.values()].map(({ own }) => own).sort((a, b) => naturalOrder(a.stream, b.stream));
    }
    return this.#streams;
  }
}
