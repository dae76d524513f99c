// Simulates people's recordings as chunks for calibration tests. Each person has their own mean and spread in two channels, and
// each recording has its own offset.

import type { Chunk, Group } from "../../../src/monitoring/drift/rehearsal.ts";
import {
  type BaselineReference,
  baselineReference,
  baselineReferenceGrids,
} from "../../../src/monitoring/summaries/baseline-reference.ts";
import type { BatchSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import type { ClassSummaries } from "../../../src/monitoring/summaries/class-summaries.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";

/** Returns the summary of all training data. */
export function summaryOf(baseline: BaselineReference): BatchSummary {
  return Object.fromEntries(Object.entries(baseline).map(([name, { summary }]) => [name, summary]));
}

export interface Made {
  readonly baseline: BaselineReference;
  readonly groups: readonly Group[];
  /** The summary of the baseline, in which all rows have one class. */
  readonly byClass: ClassSummaries;
  readonly summarize: (columns: Columns) => ClassSummaries;
  /** Draws the raw values of a chunk from one more person. */
  readonly chunkOf: (person: Rng, session: Rng, rng: Rng) => Columns;
}

export function makePeople(options: {
  people: number;
  recordings: number;
  chunks: number;
  samples?: number;
  seed?: number;
}): Made {
  const { people, recordings, chunks, samples = 100, seed = 1 } = options;
  const chunkOf = (person: Rng, session: Rng, rng: Rng): Columns =>
    Object.fromEntries(
      ["x", "y"].map((name) => {
        const mean = 0.3 * person.split(name).normal() + 0.1 * session.split(name).normal();
        return [name, Float32Array.from({ length: samples }, () => mean + rng.normal())];
      }),
    );
  const root = Rng.fromSeed(seed);
  const raw = Array.from({ length: people }, (_, p) =>
    Array.from({ length: recordings }, (_, r) =>
      Array.from({ length: chunks }, (_, c) =>
        chunkOf(root.split(`${p}`), root.split(`${p} ${r}`), root.split(`${p} ${r} ${c}`)),
      ),
    ),
  );
  const all = raw.flat(2);
  const baseline = baselineReference(
    Object.fromEntries(["x", "y"].map((name) => [name, Float32Array.from(all.flatMap((chunk) => [...chunk[name]!]))])),
  );
  const summarizer = new Summarizer(baselineReferenceGrids(baseline));
  const groups = raw.map((own, p) => ({
    name: `person ${p}`,
    chunks: own.flatMap((columns, r) =>
      columns.map((chunk): Chunk => ({ recording: `r${r}`, label: "walk", summary: [summarizer.summarize(chunk)] })),
    ),
  }));
  const summarize = (columns: Columns): ClassSummaries => [summarizer.summarize(columns)];
  return { baseline, groups, byClass: [summaryOf(baseline)], summarize, chunkOf };
}
