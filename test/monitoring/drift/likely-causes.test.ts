import { expect, it } from "vitest";
import type { Culprit } from "../../../src/monitoring/drift/culprit.ts";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { likelyCauses } from "../../../src/monitoring/drift/likely-causes.ts";
import { compareForVerdict } from "../../../src/monitoring/drift/verdict.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { awayFor, batchOf, channelOf, modelOf, past, rung } from "./hand-made.ts";

const model = modelOf({ baseline: [rung] });
/** Returns a batch that has the p-value `p` against each of its references. */
const withP = (p: number) => batchOf({ away: awayFor(p) });
const fault = (kind: Culprit["kind"], channels: string[], weight = 0.5): Culprit => ({
  kind,
  channels,
  weight,
  fault: "is wrong",
});
const causesOf = (p: number, undone: readonly (readonly [Culprit, number])[], columns: Columns = {}) => {
  const comparisons = compareForVerdict(withP(p), past, model, newDriftState, "calibrated");
  expect(comparisons.length).toBeGreaterThan(0);
  const batch = { columns, comparisons, undone: undone.map(([own, after]) => ({ fault: own, byClass: withP(after) })) };
  return likelyCauses(batch, past, newDriftState, model).map(({ kind, channels }) => [kind, ...channels].join(" "));
};
const flip = fault("flipped axis", ["x"]);

it("names a fault only if the batch is ordinary without it, and clearly more so than with it", () => {
  expect(causesOf(0.005, [[flip, 0.2]])).toEqual(["flipped axis x"]);
  expect(causesOf(0.005, [[flip, 0.05]])).toEqual([]);
  expect(causesOf(0.04, [[flip, 0.15]])).toEqual([]);
  expect(causesOf(0.04, [[flip, 0.25]])).toEqual(["flipped axis x"]);
});

it("explains no batch that is ordinary", () => {
  expect(causesOf(0.06, [[flip, 0.9]])).toEqual([]);
});

it("names the simplest of the faults that explain a batch, and of equally simple ones the nearest", () => {
  const whole = fault("flipped axis", ["x", "y", "z"]);
  const swap = fault("swapped axes", ["x", "y"], 0.9);
  const unit = fault("unit", ["x", "y", "z"], 0.3);
  const all = [whole, swap, flip, unit].map((own) => [own, 0.5] as const);
  expect(causesOf(0.005, all)).toEqual(["unit x y z"]);
  expect(causesOf(0.005, all.slice(0, 3))).toEqual(["flipped axis x"]);
  expect(causesOf(0.005, all.slice(0, 2))).toEqual(["swapped axes x y"]);
  expect(causesOf(0.005, [[fault("flipped axis", ["y"], 0.6), 0.5], ...all])).toEqual(["unit x y z"]);
  expect(
    causesOf(0.005, [
      [flip, 0.9],
      [fault("flipped axis", ["y"], 0.6), 0.5],
    ]),
  ).toEqual(["flipped axis y"]);
});

it("names no rate if only the roughness is strange, which every rate would explain", () => {
  const rough = "x roughness";
  const standard = { x: rung.standard.x!, [rough]: rung.standard.x! };
  const one = modelOf({ baseline: [{ ...rung, standard }], own: [{ ...rung, standard }] });
  const both = {
    ...one,
    baseline: { x: one.baseline.x!, [rough]: one.baseline.x! },
    byClass: [{ x: one.byClass[0]!.x!, [rough]: one.byClass[0]!.x! }],
  };
  const batch = (x: number, r: number) => [
    { x: channelOf({ away: awayFor(x) }), [rough]: channelOf({ away: awayFor(r) }) },
  ];
  const none = { rolling: [], anchor: [] };
  const causes = (x: number, r: number) => {
    const byClass = batch(x, r);
    const comparisons = compareForVerdict(byClass, none, both, newDriftState, "calibrated");
    const undone = [{ fault: fault("sampling rate", ["x"]), byClass: batch(0.9, 0.9) }];
    return likelyCauses({ columns: {}, comparisons, undone, byClass }, none, newDriftState, both).length;
  };
  expect(causes(0.9, 0.005)).toBe(0);
  expect(causes(0.005, 0.005)).toBe(1);
});
