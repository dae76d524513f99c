// State that is kept for each recording while its rows are read.

import type { RowKey } from "./row-texts.ts";

/** Holds one state per recording, looked up by the keys of its rows. */
export class RecordingStates<State> {
  readonly #keys: readonly RowKey[];
  readonly #create: () => State;
  readonly #byName = new Map<string, State>();
  readonly #ofKey: State[] = [];

  constructor(keys: readonly RowKey[], create: () => State) {
    this.#keys = keys;
    this.#create = create;
  }

  of(index: number): State {
    const known = this.#ofKey[index];
    if (known !== undefined) return known;
    const key = this.#keys[index]!;
    const name = `${key.user}\x1f${key.recording ?? key.file}`;
    const state = this.#byName.get(name) ?? this.#create();
    this.#byName.set(name, state);
    this.#ofKey[index] = state;
    return state;
  }
}
