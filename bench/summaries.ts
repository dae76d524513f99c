// How fast batches are summarised: values a second on one core, a pass over 30,000 rows of six channels, and all
// statistics of such a batch against a reference. The values are normal, heavy-tailed and mostly still by turns, so that
// the grid's edges are evenly spread, far apart and crowded.

import { channelStatistics } from "../src/drift/channel-statistics.ts";
import { quantileGrid } from "../src/drift/quantile-grid.ts";
import { type Columns, Summarizer } from "../src/drift/summarize.ts";
import { Rng } from "../src/random.ts";
import { moments } from "../src/stats/moments.ts";
import { sortFloats } from "../src/stats/sort-floats.ts";
import type { BenchmarkResult } from "./measurement.ts";
import { median, milliseconds } from "./measurement.ts";

const names = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"];

export async function benchmarkSummaries(options: { readonly rounds: number }): Promise<BenchmarkResult> {
  const rng = Rng.fromSeed(3);
  const training = columns(rng.split("training"), 200_000);
  const scales = names.map((name) => ({
    name,
    edges: quantileGrid(sortFloats(training[name]!)),
    std: moments(training[name]!).std,
  }));
  const summarizer = new Summarizer(Object.fromEntries(scales.map(({ name, edges }) => [name, edges])));
  const reference = summarizer.summarize(training);
  const large = columns(rng.split("large"), 500_000);
  const batch = columns(rng.split("batch"), 30_000);
  const [rates, passes, checks]: [number[], number[], number[]] = [[], [], []];
  for (let round = 0; round <= options.rounds; round++) {
    const whole = await milliseconds(() => summarizer.summarize(large));
    const pass = await milliseconds(() => summarizer.summarize(batch));
    const check = await milliseconds(() => {
      const current = summarizer.summarize(batch);
      for (const { name, ...scale } of scales) channelStatistics(reference[name]!, current[name]!, scale);
    });
    if (round === 0) continue;
    rates.push((names.length * 500_000) / (whole / 1000) / 1e6);
    passes.push(pass);
    checks.push(check);
  }
  return {
    measurements: [
      { name: "summaries", value: median(rates), unit: "M values/s", limit: { kind: "at least", value: 10 } },
      { name: "summary of 30,000 x 6", value: median(passes), unit: "ms" },
      {
        name: "all statistics of 30,000 x 6",
        value: median(checks),
        unit: "ms",
        limit: { kind: "at most", value: 20 },
        note: "with the summary",
      },
    ],
    skipped: [],
  };
}

function columns(rng: Rng, rows: number): Columns {
  const shapes = [(z: number) => 9.81 + 2 * z, (z: number) => z ** 3, (z: number) => (z > 1 ? z : 9.81 + 0.001 * z)];
  return Object.fromEntries(
    names.map((name, c) => [name, Float32Array.from({ length: rows }, () => shapes[c % 3]!(rng.normal()))]),
  );
}
