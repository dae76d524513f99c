// Summarises a batch by the class predicted for each sample. People differ less within an activity than between activities, and
// the mix of activities reveals nothing about the sensor. The counts can still be added exactly. Dimensions: K classes.

import {
  type BatchSummary,
  batchSummaryRows,
  type MergeableSummary,
  mergeBatchSummaries,
  SummaryMerger,
  subtractBatchSummary,
} from "./batch-summary.ts";
import type { Columns, Summarizer } from "./summarize.ts";

/** [K] by predicted class; null if a class has no samples. At least one of them is not null. */
export type ClassSummaries = readonly (BatchSummary | null)[];
export type MergeableClasses = readonly (MergeableSummary | null)[];

/**
 * @param classOf class of each row, 0 to K - 1
 * @param start first row (default 0)
 * @param end row after the last (default: all rows); there must be at least one row
 */
export function summarizeByClass(
  summarizer: Summarizer,
  columns: Columns,
  classOf: ArrayLike<number>,
  nClasses: number,
  start = 0,
  end: number = classOf.length,
): ClassSummaries {
  if (!(end > start)) throw new RangeError(`summarize: expected at least one row, got ${start} to ${end}`);
  const byClass = new ClassSummarizer(summarizer, nClasses);
  byClass.add(columns, classOf, start, end);
  return byClass.summaries();
}

/** Produces the same summaries as `summarizeByClass`, but takes one piece after another. */
export class ClassSummarizer {
  readonly #summarizer: Summarizer;
  readonly #mergers: (SummaryMerger | undefined)[];

  constructor(summarizer: Summarizer, nClasses: number) {
    this.#summarizer = summarizer;
    this.#mergers = new Array<SummaryMerger | undefined>(nClasses).fill(undefined);
  }

  add(columns: Columns, classOf: ArrayLike<number>, start = 0, end: number = classOf.length): void {
    const nClasses = this.#mergers.length;
    for (let from = start; from < end; ) {
      const k = classOf[from]!;
      let to = from + 1;
      while (to < end && classOf[to] === k) to++;
      if (!(k >= 0 && k < nClasses)) {
        throw new RangeError(`summarize: row ${from}: expected a class below ${nClasses}, got ${k}`);
      }
      const summary = this.#summarizer.summarize(columns, from, to);
      const merger = this.#mergers[k];
      if (merger === undefined) this.#mergers[k] = new SummaryMerger(summary);
      else merger.add(summary);
      from = to;
    }
  }

  summaries(): ClassSummaries {
    return this.#mergers.map((merger) => merger?.merged() ?? null);
  }
}

/** @param batches at least one batch; all have the same classes */
export function mergeClassSummaries(batches: readonly MergeableClasses[]): ClassSummaries {
  const first = batches[0];
  if (first === undefined) throw new RangeError("merge: expected at least one batch, got none");
  return first.map((_, k) => {
    const own = batches.map((batch) => batch[k] ?? null).filter((summary) => summary !== null);
    return own.length === 0 ? null : mergeBatchSummaries(own);
  });
}

/** Returns `whole` without `part`, which must be contained in it; a class without remaining samples becomes null. */
export function subtractClassSummaries(whole: ClassSummaries, part: ClassSummaries): ClassSummaries {
  return whole.map((all, k) => {
    const own = part[k] ?? null;
    if (all === null || own === null) return all;
    return batchSummaryRows(all) === batchSummaryRows(own) ? null : subtractBatchSummary(all, own);
  });
}

/** Caches the summaries across classes, because a reference is compared with many batches. */
const acrossClasses = new WeakMap<ClassSummaries, BatchSummary>();

/** The summary of all classes together. */
export function mergeAcrossClasses(batch: ClassSummaries): BatchSummary {
  const before = acrossClasses.get(batch);
  if (before !== undefined) return before;
  const merged = mergeBatchSummaries(batch.filter((summary) => summary !== null));
  acrossClasses.set(batch, merged);
  return merged;
}
