// Passes unlabelled recordings through the quality gate, and gives their columns the names of the model's channels.

import { UserError } from "../../errors.ts";
import type { Reporter } from "../../reporter.ts";
import type { ExpectedChannel } from "../../signals/data/batch-faults.ts";
import type { ColumnOptions } from "../../signals/data/column-roles.ts";
import { type OpenedBatch, openQualityGate, type QualityGateOptions } from "../../signals/data/quality-gate.ts";
import type { BaselineStats } from "../drift/baseline-stats.ts";
import type { WatchedModel } from "./watched-model.ts";

/**
 * The columns that hold a model's channels, in its order.
 * @param given value of `--channels`; if undefined, the model's own names are used
 * @throws UserError if their number differs from the model's
 */
export function gateBatchColumns(given: readonly string[] | undefined, channels: readonly string[]): readonly string[] {
  if (given === undefined || given.length === channels.length) return given ?? channels;
  throw new UserError(
    `--channels: expected one column for each of the model's ${channels.length} channels (${channels.join(", ")}), got ${given.length}`,
    {
      advice: "Name one column per channel, in this order.",
    },
  );
}

/** Columns of the channels, as the user named them. */
export interface GivenColumns {
  readonly channels?: readonly string[];
  /** Columns of the person, the recording and the time; found by their usual names if not given. */
  readonly columns: Omit<ColumnOptions, "channels" | "modelChannels">;
  /** People and classes that are known already, see `openRecordings`. */
  readonly known?: QualityGateOptions["known"];
}

/** Accepts a batch of any length. */
export async function openGatedBatch(
  files: readonly string[],
  given: GivenColumns,
  monitor: WatchedModel,
  reporter?: Reporter,
): Promise<OpenedBatch> {
  return openQualityGate(files, gateBatchOptions(given, monitor, reporter));
}

function gateBatchOptions(
  given: GivenColumns,
  { folder, config: { rate, window }, baseline }: WatchedModel,
  reporter: Reporter | undefined,
): QualityGateOptions {
  const { channels } = folder.manifest.data;
  const named = gateBatchColumns(given.channels, channels);
  return {
    columns: given.columns,
    ...(given.known !== undefined && { known: given.known }),
    channels: gateBatchChannels(channels, named, baseline),
    samplingRateHz: rate,
    windowSeconds: window / rate,
    ...(reporter !== undefined && { reporter }),
  };
}

/** Properties of the training data, under the name of the batch's column for each channel. */
export function gateBatchChannels(
  channels: readonly string[],
  columns: readonly string[],
  { per_channel }: Pick<BaselineStats, "per_channel">,
): ExpectedChannel[] {
  return channels.flatMap((name, c) => {
    const known = per_channel[name];
    return known === undefined ? [] : [{ column: columns[c]!, min: known.min, max: known.max }];
  });
}
