// Unlabelled recordings as a model's monitor lets them in: named like its channels, through the quality gate.

import type { ColumnOptions } from "../data/column-roles.ts";
import { type GatedBatch, qualityGate } from "../data/quality-gate.ts";
import { UserError } from "../errors.ts";
import type { Logger } from "../log.ts";
import type { Monitor } from "./open-monitor.ts";

/**
 * The columns that hold a model's channels, in its order.
 * @param given `--channels`; the model's own names where undefined
 * @throws UserError where there are more or fewer than the model has
 */
export function columnsForChannels(
  given: readonly string[] | undefined,
  channels: readonly string[],
): readonly string[] {
  if (given === undefined || given.length === channels.length) return given ?? channels;
  throw new UserError(`--channels: the model has ${channels.length} (${channels.join(", ")}), got ${given.length}`, {
    advice: "Name one column for each, in this order.",
  });
}

/** @param columns who, which recording and when; found by their usual names where not given */
export async function gateBatch(
  files: readonly string[],
  given: { readonly channels?: readonly string[]; readonly columns: Omit<ColumnOptions, "channels" | "modelChannels"> },
  { folder, config: { rate, window }, baseline }: Monitor,
  logger?: Pick<Logger, "info">,
): Promise<GatedBatch> {
  const { channels } = folder.manifest.data;
  const named = columnsForChannels(given.channels, channels);
  return qualityGate(files, {
    columns: given.columns,
    channels: channels.map((name, c) => {
      const { min, max } = baseline.per_channel[name]!;
      return { column: named[c]!, min, max };
    }),
    samplingRateHz: rate,
    windowSeconds: window / rate,
    ...(logger !== undefined && { logger }),
  });
}
