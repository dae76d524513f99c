// The key figures of a batch that are kept forever: enough for the rolling reference and a chart of each channel over time.
import { mergeMoments } from "../../stats/moments.ts";
import { type ClassSummaries, mergeAcrossClasses } from "./class-summaries.ts";

export interface ChannelFigures {
  /** Finite values. */
  readonly n: number;
  /** 0 if there are none, as the standard deviation. */
  readonly mean: number;
  /** Population standard deviation. */
  readonly std: number;
}

/** By channel and signal. */
export type BatchFigures = Readonly<Record<string, ChannelFigures>>;

export function batchFiguresOf(byClass: ClassSummaries): BatchFigures {
  const whole = Object.entries(mergeAcrossClasses(byClass));
  return Object.fromEntries(whole.map(([name, { n, mean, std }]) => [name, { n, mean, std }]));
}

/** Of all batches together: each value counts once. */
export function mergeBatchFigures(parts: readonly ChannelFigures[]): ChannelFigures {
  return mergeMoments(parts);
}
