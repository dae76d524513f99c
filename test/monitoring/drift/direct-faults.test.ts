import { describe, expect, it } from "vitest";
import { directFaults } from "../../../src/monitoring/drift/direct-faults.ts";
import { baselineReference, baselineReferenceGrids } from "../../../src/monitoring/summaries/baseline-reference.ts";
import { type Columns, Summarizer } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";

const channels = ["Ax", "Ay", "Az", "Gx", "Gy", "Gz"] as const;
const means = { Ax: 1, Ay: -8, Az: 4, Gx: 0, Gy: 0.3, Gz: -0.2 };
const recording = (seed: number): Columns => {
  const rng = Rng.fromSeed(seed);
  return Object.fromEntries(
    channels.map((name) => [name, Float32Array.from({ length: 4000 }, () => means[name] + 0.8 * rng.normal())]),
  );
};
const baseline = baselineReference(recording(1));
const batch = recording(2);
const each = (names: readonly string[], change: (x: number) => number, columns: Columns = batch): Columns => ({
  ...columns,
  ...Object.fromEntries(names.map((name) => [name, columns[name]!.map(change)])),
});

const faults = (columns: Columns, reference = baseline) => directFaults(columns, reference, [], 50);

describe("directFaults", () => {
  it("finds a channel that repeats a value for more than a second, in more than a twentieth of its rows", () => {
    const stuck = { kind: "stuck channel", channels: ["Gz"] };
    expect(faults(each(["Gz"], () => -0.2))).toMatchObject([{ ...stuck, weight: 1 }]);
    const held = (rows: number) => faults({ ...batch, Gz: batch.Gz!.map((x, i) => (i < rows ? -0.2 : x)) });
    expect(held(1400)).toMatchObject([{ ...stuck, weight: 0.35 }]);
    expect(held(201)).toMatchObject([{ ...stuck, weight: expect.closeTo(0.05, 3) }]);
    expect(held(200)).toEqual([]);
    // The same number of neighbouring values are equal, but never for a whole second.
    const short = batch.Gz!.map((x, i) => (i < 1400 && i % 50 > 0 ? -0.2 + Math.floor(i / 50) : x));
    expect(faults({ ...batch, Gz: short })).toEqual([]);
  });

  it("finds a clipped channel and where it is cut off", () => {
    expect(faults(each(["Ay"], (x) => Math.max(-8.5, x)))).toMatchObject([
      { kind: "clipped channel", channels: ["Ay"], fault: "is cut off at -8.5" },
    ]);
    // If a sensor's range ends at 1.5 standard deviations, a fifteenth of the values are at this limit; if the range ends at
    // 2.3, a hundredth are.
    const cutAt = (sd: number) => faults(each(["Gz"], (x) => Math.min(x, -0.2 + sd * 0.8)));
    expect(cutAt(2.3)).toEqual([]);
    expect(cutAt(1.5)).toMatchObject([{ kind: "clipped channel", channels: ["Gz"], weight: expect.closeTo(0.067, 2) }]);
  });

  it("takes no end for clipping that the training data or the stream's own past ends at", () => {
    const cut = each(["Gz"], (x) => Math.min(x, 1));
    const saturated = baselineReference(each(["Gz"], (x) => Math.min(x, 1), recording(1)));
    expect(faults(cut)).toHaveLength(1);
    expect(faults(cut, saturated)).toEqual([]);
    const past = (columns: Columns) => new Summarizer(baselineReferenceGrids(baseline)).summarize(columns);
    expect(directFaults(cut, baseline, [past(cut), past(cut)], 50)).toEqual([]);
    expect(directFaults(cut, baseline, [past(cut), past(batch)], 50)).toHaveLength(1);
  });

  it("takes the few values of a sensor at rest for no clipping", () => {
    const atRest = batch.Gz!.map((_, i) => -0.2 + 0.01 * (i % 3));
    expect(faults({ ...batch, Gz: atRest })).toEqual([]);
  });

  it("says nothing of a coarse sensor, which repeats values in training too", () => {
    const coarse = (x: number): number => Math.round(4 * x) / 4;
    const steps = baselineReference(each(channels, coarse, recording(1)));
    expect(
      faults(
        each(["Gz"], () => 0.25, each(channels, coarse)),
        steps,
      ),
    ).toEqual([]);
  });

  it("says nothing of one row", () => {
    const row = Object.fromEntries(channels.map((name) => [name, batch[name]!.slice(0, 1)]));
    expect(faults(row)).toEqual([]);
  });
});
