import { describe, expect, it } from "vitest";
import type { ChangeShape } from "../../../src/monitoring/drift/change-shape.ts";
import type { Comparison } from "../../../src/monitoring/drift/comparison.ts";
import { newDriftState } from "../../../src/monitoring/drift/drift-state.ts";
import { nameChange } from "../../../src/monitoring/drift/name-change.ts";

const ramp: ChangeShape = { kind: "ramp", start: 8, size: 0.1, ratio: 1.5, explained: 0.6 };
const verdictOf = (shape: ChangeShape | null, isGradual: boolean): string => {
  const beyond = { reference: "baseline", beyond: true, impossible: true, isGradual } as Comparison;
  const series = Array.from({ length: 13 }, () => ({}));
  const state = { ...newDriftState, batches: 12 };
  return nameChange(state, { series, shape, evidence: newDriftState.evidence, beyond, confirmAfter: 5 }).verdict;
};

describe("nameChange", () => {
  it("calls values that are impossible for anybody sudden, whatever the series", () => {
    expect(verdictOf(ramp, false)).toBe("sudden_change");
    expect(verdictOf(null, false)).toBe("sudden_change");
  });

  it("calls other impossible values gradual only if a ramp of two batches or more explains a series well", () => {
    expect(verdictOf(ramp, true)).toBe("gradual_drift");
    expect(verdictOf({ ...ramp, explained: 0.49 }, true)).toBe("sudden_change");
    expect(verdictOf({ ...ramp, start: 11 }, true)).toBe("gradual_drift");
    expect(verdictOf({ ...ramp, start: 12 }, true)).toBe("sudden_change");
    expect(verdictOf({ ...ramp, kind: "step" }, true)).toBe("sudden_change");
    expect(verdictOf(null, true)).toBe("sudden_change");
  });
});
