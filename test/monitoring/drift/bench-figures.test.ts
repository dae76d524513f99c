import { describe, expect, it } from "vitest";
import {
  benchFiguresOfChange,
  benchFiguresWithoutDrift,
  type Verdicts,
} from "../../../src/monitoring/drift/bench-figures.ts";

/** n stands for normal, s for sudden_change, and g for gradual_drift. */
const verdicts = (letters: string): Verdicts =>
  [...letters].map((letter) => (letter === "n" ? "normal" : letter === "s" ? "sudden_change" : "gradual_drift"));

describe("without drift", () => {
  it("counts batches that alarm, and alarms that begin", () => {
    expect(benchFiguresWithoutDrift(["nnssnnnsnn", "nnnnnnnnnn"].map(verdicts))).toEqual({
      streams: 2,
      batches: 20,
      alarms_per_batch: 0.15,
      run_length: 10,
    });
    expect(benchFiguresWithoutDrift([verdicts("nnnn")]).run_length).toBeNull();
  });
});

describe("of a change in batch 4", () => {
  const of = (...streams: string[]) =>
    benchFiguresOfChange(streams.map(verdicts), { changeAt: 4, expected: "sudden_change" });

  it("counts delays from 1, the first changed batch, and names five batches later", () => {
    expect(of("nnnnsssssssss", "nnnnnnsggggggg", "nnnnnnnnnnnnn")).toEqual({
      streams: 3,
      detected: 2 / 3,
      median_delay: 3,
      seen_by: [1, 1, 2, 2, 2, 2, 2, 2, 2, 2].map((n) => n / 3),
      within_5: 2 / 3,
      within_25: 2 / 3,
      label_right: 1 / 2,
    });
  });

  it("takes the middle delay in whatever order the streams come", () => {
    expect(of("nnnnnnnnns", "nnnnssssss", "nnnnnnssss").median_delay).toBe(3);
    expect(of("nnnnnnnnns", "nnnnssssss").median_delay).toBe(6);
    expect(of("nnnnssssss", "nnnnnnnnnn").median_delay).toBeNull();
    expect(of("nnnnnnnnnsssss", "nnnnnnnnssssss").within_5).toBe(1 / 2);
  });

  it("takes no alarm for a detection that was on before, and none is none", () => {
    expect(of("nnssssssssss")).toMatchObject({ detected: 0, median_delay: null, label_right: null });
    expect(of("nsnnnssssssss")).toMatchObject({ detected: 1, median_delay: 2, label_right: 1 });
  });
});
