// Compares statistics of binned summaries with SciPy's statistics of the raw values (test/fixtures/scripts/distances.py).
import { readFileSync } from "node:fs";
import { describe, expect, it } from "vitest";
import { type ChannelStatistics, channelStatistics } from "../../../src/monitoring/drift/channel-statistics.ts";
import { mergeBatchSummaries, subtractBatchSummary } from "../../../src/monitoring/summaries/batch-summary.ts";
import { quantileGrid } from "../../../src/monitoring/summaries/quantile-grid.ts";
import { Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { sortFloats } from "../../../src/stats/sort-floats.ts";
import { readMotionSense, withoutMotionSense } from "./motionsense.ts";

type SciPy = Pick<ChannelStatistics, "ks" | "wasserstein" | "meanShift" | "logSdRatio">;
const fixture: {
  pairs: (SciPy & { name: string; reference: number[]; current: number[] })[];
  motionsense: (SciPy & { user: number; rows: number; channel: string })[];
} = JSON.parse(readFileSync(new URL("../../fixtures/distances.json", import.meta.url), "utf8"));

function expectSciPys(statistics: ChannelStatistics, expected: SciPy): void {
  expect(Math.abs(statistics.ks - expected.ks)).toBeLessThanOrEqual(1 / 256 + 0.002);
  const tolerance = Math.max(0.01 * expected.wasserstein, 0.002);
  expect(Math.abs(statistics.wasserstein - expected.wasserstein)).toBeLessThanOrEqual(tolerance);
  expect(Math.abs(statistics.meanShift - expected.meanShift)).toBeLessThanOrEqual(1e-6 * Math.abs(expected.meanShift));
  expect(Math.abs(statistics.logSdRatio - expected.logSdRatio)).toBeLessThanOrEqual(1e-6);
}

it.each(fixture.pairs)("$name: agrees with SciPy's statistics", ({ reference, current, ...expected }) => {
  const edges = quantileGrid(sortFloats(Float32Array.from(reference)));
  const summarizer = new Summarizer({ x: edges });
  const [a, b] = [reference, current].map((values) => summarizer.summarize({ x: Float32Array.from(values) }).x!);
  expectSciPys(channelStatistics(a!, b!, { edges, std: a!.std }), expected);
});

describe.skipIf(withoutMotionSense)("MotionSense (skipped without ../shared/data)", () => {
  it("agrees with SciPy's statistics for one person against all others, who are obtained by subtraction", async () => {
    const { people, all } = await readMotionSense();
    const grids = Object.fromEntries(
      Object.entries(all).map(([name, column]) => [name, quantileGrid(sortFloats(column))]),
    );
    const summarizer = new Summarizer(grids);
    const whole = mergeBatchSummaries(people.map(({ columns }) => summarizer.summarize(columns)));
    expect(whole).toMatchObject(
      Object.fromEntries(
        Object.entries(summarizer.summarize(all)).map(([name, { counts, n }]) => [name, { counts, n }]),
      ),
    );
    for (const { user, rows, channel, ...expected } of fixture.motionsense) {
      const { columns } = people.find(({ name }) => name === String(user))!;
      const others = subtractBatchSummary(whole, summarizer.summarize(columns))[channel]!;
      const current = summarizer.summarize(columns, 0, rows)[channel]!;
      expectSciPys(channelStatistics(others, current, { edges: grids[channel]!, std: others.std }), expected);
    }
  });
});
