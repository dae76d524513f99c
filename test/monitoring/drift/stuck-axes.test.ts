import { expect, it } from "vitest";
import { directFaults } from "../../../src/monitoring/drift/direct-faults.ts";
import { stuckAxes } from "../../../src/monitoring/drift/stuck-axes.ts";
import { baselineReference } from "../../../src/monitoring/summaries/baseline-reference.ts";
import type { Columns } from "../../../src/monitoring/summaries/summarize.ts";
import { Rng } from "../../../src/random.ts";

const axes = ["x", "y", "z"] as const;
const rate = 20;

/** 60 s of noise; `step` is the sensor's resolution. */
function moving(seed: number, step = 1e-6): Columns {
  const rng = Rng.fromSeed(seed);
  const column = (): Float32Array =>
    Float32Array.from({ length: 60 * rate }, () => step * Math.round((3 * rng.normal()) / step));
  return { x: column(), y: column(), z: column() };
}

const baseline = baselineReference(moving(1));
const stuck = (columns: Columns, channel: "x" | "y" | "z", seconds: number): Columns => ({
  ...columns,
  [channel]: columns[channel]!.slice().fill(columns[channel]![100]!, 100, 100 + seconds * rate),
});

it("finds the axis that repeats a value while the others move, and for how long", () => {
  expect(stuckAxes(moving(2), axes, baseline, rate)).toEqual([]);
  expect(stuckAxes(stuck(moving(2), "y", 20), axes, baseline, rate)).toEqual([
    { channel: "y", seconds: 20, share: 20 / 60 },
  ]);
  expect(stuckAxes(stuck(moving(2), "x", 60), axes, baseline, rate)[0]!.channel).toBe("x");
});

it("needs a second of it", () => {
  const columns = moving(2);
  const z = columns[axes[2]]!;
  z.fill(z[40]!, 40, 59);
  expect(stuckAxes(columns, axes, baseline, rate)).toEqual([]);
  z[59] = z[40]!;
  expect(stuckAxes(columns, axes, baseline, rate)).toEqual([{ channel: "z", seconds: 1, share: 1 / 60 }]);
});

it("does not mistake a sensor at rest for a stuck one, nor one of whose axes two stand still", () => {
  const still = moving(2, 0.5);
  for (const axis of axes) still[axis]!.fill(1.5, 100, 500);
  expect(stuckAxes(still, axes, baseline, rate)).toEqual([]);
  expect(stuckAxes(stuck(stuck(moving(2), "x", 20), "z", 20), axes, baseline, rate)).toEqual([]);
});

it("does not judge a value that a coarse sensor repeats in training", () => {
  const coarse = baselineReference(moving(1, 0.5));
  const columns = stuck(moving(2, 0.5), "y", 20);
  expect(stuckAxes(columns, axes, coarse, rate)).toEqual([]);
  expect(stuckAxes(columns, axes, baseline, rate)).toHaveLength(1);
});

it("leaves an axis that is cut off at a limit to the rule for clipping, but not one that jumps to a value", () => {
  const rng = Rng.fromSeed(3);
  const swing = (i: number): number => 4 * Math.sin((2 * Math.PI * i) / (8 * rate)) + 0.1 * rng.normal();
  const swinging = { ...moving(2), y: moving(2).y!.map((_, i) => swing(i)) };
  for (const cut of [(x: number) => Math.min(x, 2), (x: number) => Math.max(x, -2)]) {
    const clipped = { ...swinging, y: swinging.y.map(cut) };
    expect(stuckAxes(clipped, axes, baseline, rate)).toEqual([]);
    expect(directFaults(clipped, baseline, [], rate)).toMatchObject([{ kind: "clipped channel", channels: ["y"] }]);
  }
  for (const side of [1, -1]) {
    const lost = { ...swinging, y: swinging.y.map((x, i) => (i < 400 ? 0 : side * (6 + 0.1 * x))) };
    expect(stuckAxes(lost, axes, baseline, rate)).toMatchObject([{ channel: "y", seconds: 20 }]);
  }
});

it("does not judge a batch whose values are rounded more coarsely than in training", () => {
  const rounded = (amplitude: number, seconds: number): Float32Array =>
    moving(2).x!.map((_, i) => Math.round(amplitude * Math.sin((2 * Math.PI * i) / (seconds * rate))));
  const columns = { x: rounded(1.2, 2), y: rounded(0.4, 2), z: rounded(2, 3) };
  expect(stuckAxes(columns, axes, baseline, rate)).toEqual([]);
});

it("does not judge an axis that the baseline does not know", () => {
  expect(stuckAxes(stuck(moving(2), "y", 20), axes, {}, rate)).toEqual([]);
});
