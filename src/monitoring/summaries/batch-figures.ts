// A batch's key figures, which are kept until the stream is erased. They are enough for rolling_reference.json and for charts
// of each channel.
import { mergeMoments } from "../../stats/moments.ts";
import { type ClassSummaries, mergeAcrossClasses } from "./class-summaries.ts";

export interface ChannelFigures {
  /** Number of finite values. */
  readonly n: number;
  /** Mean; 0 if there are no values. */
  readonly mean: number;
  /** Population standard deviation; 0 if there are no values. */
  readonly std: number;
}

/** Figures by channel and signal. */
export type BatchFigures = Readonly<Record<string, ChannelFigures>>;

export function batchFiguresOf(byClass: ClassSummaries): BatchFigures {
  const whole = Object.entries(mergeAcrossClasses(byClass));
  return Object.fromEntries(whole.map(([name, { n, mean, std }]) => [name, { n, mean, std }]));
}

/** Figures pooled over all batches; each value counts once. */
export function mergeBatchFigures(parts: readonly ChannelFigures[]): ChannelFigures {
  return mergeMoments(parts);
}
