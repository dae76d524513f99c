// A change that is injected into a stream of batches. Its channel, direction or axis is drawn once, when the stream starts.
// Values that are new in every batch, such as noise, come from the batch's own random generator. A batch therefore depends only
// on the stream's seed and its own number, and changes of different sizes affect the same channel if the seeds are equal.

import type { Rng } from "../../random.ts";
import type { Columns } from "../summaries/summarize.ts";
import type { DriftVerdict } from "./drift-state.ts";

/**
 * One of:
 * - `offset`, `gain`: one channel is shifted by a constant or multiplied by a factor
 * - `ramp`: an offset that grows from batch to batch
 * - `rotation`: the sensor is worn at a different angle; all its triads turn together
 * - `flipped axis`: one axis of a triad has the opposite sign
 * - `unit`: all triads of one quantity are in a different unit
 * - `noise`: noise on every channel
 * - `stuck channel`: one channel repeats a value until the end of each batch
 * - `lost samples`: gaps that are filled with straight lines
 * - `wrong rate`: the samples were recorded at a rate that differs from the one at which they are read
 */
export type ChangeKind =
  | "offset"
  | "gain"
  | "ramp"
  | "rotation"
  | "flipped axis"
  | "unit"
  | "noise"
  | "stuck channel"
  | "lost samples"
  | "wrong rate";

export interface Change {
  readonly kind: ChangeKind;
  /** Description, such as "offset of 0.6 sd in one channel"; different for each size. */
  readonly name: string;
  readonly expected: Exclude<DriftVerdict, "normal">;
  /**
   * Starts the change for one stream. Starting a change does not advance `rng`, and its results do not depend on the order in
   * which batches are requested.
   */
  readonly begin: (rng: Rng) => Injection;
}

/**
 * @param columns columns of one batch, all of the same length; columns that are not channels in the catalogue are passed
 * through
 * @param batch number of the batch, counting from 1 at the batch where the change begins
 * @returns columns of the same length; unchanged columns are the same arrays
 * @throws RangeError if a channel is missing, the lengths differ, or `batch` is not a whole number of at least 1
 */
export type Injection = (columns: Columns, batch: number) => Columns;

/**
 * Draws the parameters of a change once per stream, and returns a function that applies the change to a batch's channels, using
 * the batch's own generator.
 */
export type Draw = (rng: Rng) => (columns: Columns, batch: number, ownRng: Rng) => Columns;

/**
 * Builds a change from its drawn parameters: checks each batch, passes its channels to the change, and replaces the changed
 * channels.
 */
export function beginInjectedChange(channels: readonly string[], draw: Draw): Change["begin"] {
  return (rng) => {
    const changed = draw(rng);
    const ofBatches = rng.split("batches");
    return (columns, batch) => {
      if (!(Number.isInteger(batch) && batch >= 1)) throw new RangeError(`batch: expected 1 or more, got ${batch}`);
      const lengths = channels.map((name) => columns[name]?.length);
      if (!lengths.every((length) => length !== undefined && length === lengths[0])) {
        const found = channels.map((name, i) => `${name} ${lengths[i] ?? "missing"}`).join(", ");
        throw new RangeError(`injection: expected channels of equal length, got ${found}`);
      }
      const own = Object.fromEntries(channels.map((name) => [name, columns[name]!]));
      return { ...columns, ...changed(own, batch, ofBatches.split(`${batch}`)) };
    };
  };
}

/** The channel and the direction drawn for a change in one channel. */
interface Target {
  readonly name: string;
  readonly direction: 1 | -1;
}

/** Changes one of the named channels; the same one in every batch. */
export function injectIntoOneChannel(
  names: readonly string[],
  change: (column: Float32Array, target: Target, batch: number) => Float32Array,
): Draw {
  return (rng) => {
    const name = names[rng.split("channel").integer(names.length)]!;
    const target: Target = { name, direction: rng.split("direction").uniform() < 0.5 ? -1 : 1 };
    return (columns, batch) => ({ [name]: change(columns[name]!, target, batch) });
  };
}

/** Changes each of the named channels. */
export function injectIntoAllChannels(
  names: readonly string[],
  change: (column: Float32Array, name: string, ownRng: Rng) => Float32Array,
): Draw {
  return () => (columns, _, ownRng) =>
    Object.fromEntries(names.map((name) => [name, change(columns[name]!, name, ownRng)]));
}
