// Tests the judges of the benchmark on hand-made streams: when each raises an alarm, and which batches enter its references.
import { describe, expect, it } from "vitest";
import { benchJudges } from "../../../src/monitoring/drift/bench-judges.ts";
import { ksPValue } from "../../../src/stats/ks.ts";
import { batchOf, type Chosen, channelOf, modelOf, rung } from "./hand-made.ts";

const model = modelOf();
const alpha = 0.05;
const judges = benchJudges({ alpha, arl: 500 });
const stream = (n: number, at: (i: number) => Chosen) => Array.from({ length: n }, (_, i) => batchOf(at(i)));
/** The smallest KS distance, from a reference of five batches, at which the test calls a batch unusual. */
const least = (() => {
  let away = 0;
  while (ksPValue(away, 50_000, 10_000) > alpha) away += 1e-4;
  return away;
})();

describe("tidemark's own judge", () => {
  it("alarms by evidence, and takes only usual batches into its references", () => {
    const verdicts = judges.tidemark(
      stream(30, (i) => ({ away: i < 10 ? 0 : 0.999, mean: i < 10 ? 0 : 1 })),
      model,
    );
    expect(verdicts.slice(0, 10)).toEqual(Array(10).fill("normal"));
    expect(verdicts.slice(12)).toEqual(Array(18).fill("sudden_change"));
  });

  it("has no reference that a doubtful batch entered: one in two of the lasting kind never becomes usual", () => {
    const verdicts = judges.tidemark(
      stream(60, (i) => ({ away: i > 5 && i % 2 === 0 ? 0.999 : 0 })),
      model,
    );
    const alarms = (from: number): number => verdicts.slice(from, from + 20).filter((word) => word !== "normal").length;
    expect([alarms(20), alarms(40)]).toEqual([20, 20]);
  });
});

describe("the constants' judge", () => {
  it("alarms at once if a batch is far from the last ones, and goes on", () => {
    const verdicts = judges.constants(
      stream(12, (i) => ({ mean: i < 8 ? 0 : 2 })),
      model,
    );
    expect(verdicts).toEqual([...Array(8).fill("normal"), ...Array(4).fill("sudden_change")]);
  });
});

describe("the judge by a KS p-value of raw counts", () => {
  const of = (n: number, at: (i: number) => Chosen, by = model) => judges["KS p-value"](stream(n, at), by);
  /** The training data has as many rows as five batches. */
  const small = { ...model, byClass: [{ x: channelOf({ rows: 50_000 }) }] };

  it("alarms if the p-value of samples taken for independent is at most alpha", () => {
    expect(of(1, () => ({ away: least - 2e-4 }), small)).toEqual(["normal"]);
    expect(of(1, () => ({ away: least + 2e-4 }), small)).toEqual(["gradual_drift"]);
  });

  it("takes a p-value times the channels", () => {
    const { baseline, byClass } = small;
    const both = {
      ...small,
      channels: ["x", "y"],
      baseline: { ...baseline, y: baseline.x! },
      byClass: [{ ...byClass[0]!, y: byClass[0]!.x! }],
    };
    const two = [{ x: channelOf({ away: least + 2e-4 }), y: channelOf() }];
    expect(judges["KS p-value"]([two], both)).toEqual(["normal"]);
  });

  it("calls it sudden against the last five that it took in, once there are as many", () => {
    const jump = (i: number): Chosen => ({ away: i < 5 ? 0 : 0.5 });
    expect(of(7, jump)).toEqual([...Array(5).fill("normal"), "sudden_change", "sudden_change"]);
    expect(of(6, (i) => ({ away: i < 4 ? 0 : 0.5 }))).toEqual([
      ...Array(4).fill("normal"),
      "gradual_drift",
      "gradual_drift",
    ]);
  });
});

it("the judge that knows nothing alarms in every hundredth batch", () => {
  const verdicts = judges["every 100"](
    stream(260, () => ({})),
    model,
  );
  expect(verdicts.flatMap((verdict, i) => (verdict === "normal" ? [] : [[i, verdict]]))).toEqual([
    [50, "sudden_change"],
    [150, "sudden_change"],
    [250, "sudden_change"],
  ]);
});

it("a rung of the model is what makes these batches unusual", () => {
  const lenient = modelOf({ own: [{ ...rung, standard: { x: { ks: [0, 100], logSdRatio: [0, 1] } } }] });
  const verdicts = judges.tidemark(
    stream(30, (i) => ({ away: i < 10 ? 0 : 0.999 })),
    lenient,
  );
  expect(new Set(verdicts)).toEqual(new Set(["normal"]));
});
